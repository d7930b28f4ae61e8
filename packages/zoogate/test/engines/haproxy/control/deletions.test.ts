import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Deletions } from '../../../../src/engines/haproxy/control/deletions.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('tries until nothing waits, through errors', async () => {
  const attempts: string[] = []
  const deletions = new Deletions({
    retryMs: 100,
    attempt: async (service) => {
      attempts.push(`${service}: ${[...deletions.of(service)].join(' ')}`)
      if (attempts.length === 1) throw new Error('HAProxy is away')
      deletions.set(service, attempts.length === 2 ? ['b'] : [])
    },
  })
  deletions.set('shop', ['a', 'b'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(attempts).toEqual(['shop: a b', 'shop: a b', 'shop: b'])
  expect(deletions.of('shop').size).toBe(0)
})

test('a closed one tries no more', async () => {
  const attempt = vi.fn(async () => {})
  const deletions = new Deletions({ retryMs: 100, attempt })
  deletions.set('shop', ['a'])
  deletions.close()
  deletions.set('shop', ['a', 'b'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(attempt).not.toHaveBeenCalled()
})
