import { describe, expect, it } from 'vitest'
import type { EndpointConfig, PoolConfig } from '../src/config.ts'
import { EndpointPool } from '../src/endpoint-pool.ts'
import type { Health } from '../src/health-watch.ts'
import type { UpstreamTarget } from '../src/wire.ts'

const endpoint = (id: string, more: Partial<EndpointConfig> = {}): EndpointConfig => ({
  id,
  address: '10.0.0.1',
  port: 80,
  weight: 1,
  state: 'up',
  ...more,
})

function setup(config: Partial<PoolConfig>) {
  const opened: UpstreamTarget[] = []
  const closed: UpstreamTarget[] = []
  const health = new Map<string, Health>()
  let checked: readonly string[] = []
  let changed = () => {}
  const pool = new EndpointPool(
    { name: 'shop', algorithm: 'roundRobin', connectTimeoutMs: 1_000, endpoints: [], ...config },
    {
      random: () => 0,
      nowMs: () => 0,
      wire: (target) => {
        opened.push(target)
        return {
          send: () => ({ pause() {}, resume() {}, abort() {} }),
          close: async () => void closed.push(target),
          destroy: () => void closed.push(target),
        }
      },
      watchHealth: (_check, onChange) => {
        changed = onChange
        return {
          update: (endpoints) => {
            checked = endpoints.map(({ id }) => id)
          },
          health: (id) => health.get(id) ?? 'unknown',
          close: () => {
            checked = []
          },
        }
      },
    },
  )
  const picks = (times: number) =>
    [...new Set(Array.from({ length: times }, () => pool.pick('', undefined)?.id))].sort()
  return { pool, opened, closed, picks, health, changed: () => changed(), checked: () => checked }
}

const healthCheck = {
  probe: { type: 'tcp' },
  intervalMs: 1_000,
  timeoutMs: 1_000,
  rise: 1,
  fall: 1,
} as const

describe('EndpointPool', () => {
  it('picks what is up, keeps sessions on what is draining, and nothing on what is down', () => {
    const { pool, picks } = setup({
      endpoints: [
        endpoint('a'),
        endpoint('b', { state: 'draining' }),
        endpoint('c', { state: 'down' }),
        endpoint('d', { weight: 0 }),
      ],
    })
    expect(picks(6)).toEqual(['a'])
    expect(['a', 'b', 'c', 'd', 'e'].map((id) => pool.session(id)?.id)).toEqual([
      ...['a', 'b', undefined, 'd', undefined],
    ])
  })

  it('takes failing endpoints out of picks and sessions until they pass', () => {
    const { pool, picks, health, changed, checked } = setup({
      healthCheck,
      endpoints: [endpoint('a'), endpoint('b'), endpoint('c', { state: 'down' })],
    })
    expect(checked()).toEqual(['a', 'b'])
    expect(picks(4)).toEqual(['a', 'b'])
    health.set('a', 'failing')
    changed()
    expect(picks(4)).toEqual(['b'])
    expect(pool.session('a')).toBeUndefined()
    health.set('a', 'passing')
    changed()
    expect(picks(4)).toEqual(['a', 'b'])
    expect(pool.observe().map(({ health }) => health)).toEqual(['passing', 'unknown', 'unknown'])
  })

  it('keeps the connections of an endpoint whose weight or state changes', () => {
    const { pool, opened, closed } = setup({ endpoints: [endpoint('a')] })
    const use = () => pool.session('a')?.connection.use()
    const first = use()
    pool.setEndpoints([endpoint('a', { weight: 5 })])
    pool.setEndpoints([endpoint('a', { state: 'draining' })])
    expect(use()).toBe(first)
    expect([opened.length, closed.length]).toEqual([1, 0])
    pool.setEndpoints([endpoint('a', { port: 81 })])
    expect(use()).not.toBe(first)
    expect(closed.map(({ port }) => port)).toEqual([80])
    pool.setEndpoints([])
    expect(closed.map(({ port }) => port)).toEqual([80, 81])
  })

  it('counts what is under way across changes', () => {
    const { pool } = setup({ endpoints: [endpoint('a')] })
    const slot = pool.pick('', undefined)
    if (slot === undefined) throw new Error('nothing to pick')
    const end = pool.begin(slot)
    pool.configure({
      name: 'shop',
      algorithm: 'leastRequest',
      connectTimeoutMs: 1_000,
      endpoints: [endpoint('a', { weight: 2 })],
    })
    expect(pool.observe()[0]?.active).toBe(1)
    end({ latencyMs: 1, failed: false })
    expect(pool.observe()[0]?.active).toBe(0)
  })
})
