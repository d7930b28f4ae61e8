import { describe, expect, test } from 'vitest'
import { bucketsText } from '../../../../src/engines/httpd/render/buckets.ts'
import { endpointOf, serviceOf } from '../../support/views.ts'

const BUCKETS = 4_096

function takers(algorithm: 'random' | 'consistentHash', weights: Record<string, number>) {
  const endpoints = Object.entries(weights).map(([id, weight], index) =>
    endpointOf(id, 3_000 + index, { weight }),
  )
  const lines = bucketsText(serviceOf('shop', endpoints, { algorithm }))
    .split('\n')
    .slice(0, -1)
  return lines.map((line) => line.split(' '))
}

function counted(lines: readonly (readonly string[])[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const [, id = ''] of lines) counts[id] = (counts[id] ?? 0) + 1
  return counts
}

describe('the buckets of a pool', () => {
  test('are all there, by three hexadecimal digits', () => {
    const lines = takers('random', { a: 1, b: 1 })
    expect(lines.map(([bucket]) => bucket)).toEqual(
      Array.from({ length: BUCKETS }, (_, bucket) => bucket.toString(16).padStart(3, '0')),
    )
  })

  test('of random ones are exactly in proportion to the weights', () => {
    expect(counted(takers('random', { a: 1, b: 3, c: 0 }))).toEqual({ a: 1_024, b: 3_072 })
  })

  test('of a hash are in proportion to the weights, within what chance does', () => {
    const { a = 0, b = 0 } = counted(takers('consistentHash', { a: 1, b: 3 }))
    expect(a + b).toBe(BUCKETS)
    // A standard deviation is 28 buckets.
    expect(Math.abs(a - BUCKETS / 4)).toBeLessThan(5 * 28)
  })

  test('of a hash move to one that comes, and from one that goes, and nowhere else', () => {
    const ids = Array.from({ length: 10 }, (_, index) => [`i${index}`, 1] as const)
    const before = takers('consistentHash', Object.fromEntries(ids))
    const after = takers('consistentHash', Object.fromEntries([...ids, ['new', 1]]))
    const moved = after.filter(([, id], bucket) => id !== before[bucket]?.[1])
    expect(moved.every(([, id]) => id === 'new')).toBe(true)
    expect(moved.length).toBeLessThan((1.3 * BUCKETS) / 11)
  })

  test('are nobody’s where nobody takes requests', () => {
    expect(bucketsText(serviceOf('shop', [], { algorithm: 'consistentHash' }))).toBe('')
  })
})
