import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  type GrowingPool,
  GrowingPools,
} from '../../../../src/engines/httpd/control/growing-pools.ts'
import { endpointOf } from '../../support/views.ts'

const a = endpointOf('a', 3001)
const b = endpointOf('b', 3002)
const shop = (...endpoints: GrowingPool['endpoints']): GrowingPool => ({
  name: 'shop',
  algorithm: 'roundRobin',
  endpoints,
  slowStartMs: 10_000,
})

describe('pools whose endpoints start slowly', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_800_000_000_000 }))
  afterEach(() => vi.useRealTimers())

  function growing(step: (pools: readonly GrowingPool[]) => Promise<void>) {
    return new GrowingPools({ step, nowMs: Date.now, log: pino({ level: 'silent' }) })
  }

  test('cost nothing while no share grows', () => {
    const pools = growing(() => Promise.resolve())
    pools.give(shop(a, b))
    expect(vi.getTimerCount()).toBe(0)
    const { slowStartMs: _, ...plain } = shop(a)
    pools.give(plain)
    expect(pools.knows('shop')).toBe(false)
  })

  test('take steps until the whole share is there, and no more', async () => {
    const step = vi.fn(() => Promise.resolve())
    const pools = growing(step)
    pools.give(shop(a))
    pools.give(shop(a, b))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(step).toHaveBeenCalledTimes(19)
    await vi.advanceTimersByTimeAsync(1)
    expect(step).toHaveBeenCalledTimes(20)
    expect(vi.getTimerCount()).toBe(0)
    expect(pools.unsettled).toEqual([])
  })

  test('take the last step until it is taken', async () => {
    let works = false
    const step = vi.fn(() => (works ? Promise.resolve() : Promise.reject(new Error('away'))))
    const pools = growing(step)
    pools.give(shop(a))
    pools.give(shop(a, b))
    await vi.advanceTimersByTimeAsync(15_000)
    works = true
    await vi.advanceTimersByTimeAsync(1_000)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('put no step off for changes that follow one another', async () => {
    const step = vi.fn(() => Promise.resolve())
    const pools = growing(step)
    pools.give(shop(a))
    for (let change = 0; change < 10; change++) {
      pools.give(change % 2 === 0 ? shop(a, b) : shop(a, b, endpointOf('c', 3003)))
      await vi.advanceTimersByTimeAsync(100)
    }
    expect(step).toHaveBeenCalled()
    pools.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('go on from what httpd tells, be it over by now', async () => {
    const step = vi.fn(() => Promise.resolve())
    const pools = growing(step)
    pools.adopt(shop(a, b), new Map([['b@127.0.0.1:3002', Date.now() - 60_000]]))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(step).toHaveBeenCalledTimes(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are forgotten with their service', () => {
    const pools = growing(() => Promise.resolve())
    pools.give(shop(a))
    pools.give(shop(a, b))
    pools.keepOnly([])
    expect(pools.knows('shop')).toBe(false)
    expect(pools.unsettled).toEqual([])
  })
})
