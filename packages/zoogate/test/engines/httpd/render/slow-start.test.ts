import { describe, expect, test } from 'vitest'
import { balancerForms, startsIn } from '../../../../src/engines/httpd/control/forms.ts'
import { refusals } from '../../../../src/engines/httpd/refusals.ts'
import { bucketsText } from '../../../../src/engines/httpd/render/buckets.ts'
import { membersOf, sinceOf } from '../../../../src/engines/httpd/render/member.ts'
import {
  grownWeight,
  nextStepMs,
  startsOf,
} from '../../../../src/engines/httpd/render/slow-start.ts'
import { endpointOf, serviceOf, viewOf } from '../../support/views.ts'
import { tableOf } from '../table-of.ts'

const NOW = 1_800_000_000_000
const start = (sinceMs: number) => ({ sinceMs, nowMs: NOW, durationMs: 20_000 })

describe('a weight that grows', () => {
  test.each([
    ['at first', NOW, 0.2],
    ['a moment later', NOW - 100, 0.2],
    ['half way', NOW - 10_000, 5],
    ['near its end', NOW - 19_000, 9.5],
    ['at its end', NOW - 20_000, 10],
    ['long after', 0, 10],
    ['where the clock was set back', NOW + 1, 10],
  ])('%s', (_, sinceMs, weight) => {
    expect(grownWeight(10, start(sinceMs))).toBeCloseTo(weight, 9)
  })

  test('of none is none', () => {
    expect(grownWeight(0, start(NOW))).toBe(0)
  })
})

describe('who starts slowly', () => {
  test('is who was not there, and nobody where nothing is known', () => {
    expect(startsOf(undefined, ['a'], NOW)).toEqual(new Map([['a', undefined]]))
    const both = startsOf(new Map([['a', undefined]]), ['a', 'b'], NOW)
    expect(both).toEqual(
      new Map([
        ['a', undefined],
        ['b', NOW],
      ]),
    )
    expect(startsOf(both, ['b', 'c'], NOW + 5)).toEqual(
      new Map([
        ['b', NOW],
        ['c', NOW + 5],
      ]),
    )
  })

  test('begins anew after it was away', () => {
    const away = startsOf(new Map([['a', undefined]]), [], NOW)
    expect(startsOf(away, ['a'], NOW)).toEqual(new Map([['a', NOW]]))
  })

  test('has its next step in a twentieth of the time, the last one at its end', () => {
    const growth = (sinceMs: number | undefined) => ({
      starts: new Map([['a', sinceMs]]),
      nowMs: NOW,
    })
    expect(nextStepMs(growth(undefined), 20_000)).toBeUndefined()
    expect(nextStepMs(growth(NOW - 20_000), 20_000)).toBeUndefined()
    expect(nextStepMs(growth(NOW), 20_000)).toBe(1_000)
    expect(nextStepMs(growth(NOW), 1_000)).toBe(250)
    expect(nextStepMs(growth(NOW - 19_700), 20_000)).toBe(300)
  })
})

describe('members of a pool with a slow start', () => {
  const a = endpointOf('a', 3001)
  const b = endpointOf('b', 3002)
  const pool = { endpoints: [a, b], slowStartMs: 20_000 }
  const starts = new Map([
    ['a@127.0.0.1:3001', undefined],
    ['b@127.0.0.1:3002', NOW - 5_000],
  ])
  const growth = { starts, nowMs: NOW }

  test('have load factors with room below', () => {
    expect(membersOf(pool).map(({ loadFactor }) => loadFactor)).toEqual([100, 100])
    expect(membersOf(pool, growth).map(({ loadFactor }) => loadFactor)).toEqual([100, 25])
    expect(membersOf({ endpoints: [a, b] }).map(({ loadFactor }) => loadFactor)).toEqual([1, 1])
  })

  test('tell in httpd since when they grow, for an agent that comes later', () => {
    const [whole, grows] = membersOf(pool, growth)
    expect(sinceOf(whole?.note ?? '')).toBeUndefined()
    expect(sinceOf(grows?.note ?? '')).toBe(NOW - 5_000)
    expect(startsIn(tableOf(pool, growth))).toEqual(starts)
    const draining = { ...pool, endpoints: [a, { ...b, state: 'draining' as const }] }
    expect([...startsIn(tableOf(draining)).keys()]).toEqual(['a@127.0.0.1:3001'])
  })

  test('change alone, and come to their whole share', () => {
    const later = { ...growth, nowMs: NOW + 5_000 }
    const forms = balancerForms('shop', tableOf(pool, growth), membersOf(pool, later))
    expect(forms).toMatchObject([{ w: 'ws://127.0.0.1:3002', w_lf: '50' }])
    const last = balancerForms('shop', tableOf(pool, growth), membersOf(pool))
    expect(last).toMatchObject([{ w_lf: '100', w_rr: expect.not.stringContaining('.') }])
  })

  test('are let in by one that comes only once their own load factors say so', () => {
    const [alone] = tableOf({ ...pool, endpoints: [a] })
    if (alone === undefined) throw new Error('there is one')
    const forms = balancerForms('shop', [{ ...alone, loadFactor: 1 }], membersOf(pool, growth))
    expect(forms.map((form) => form['b_nwrkr'] ?? `${form['w']} ${form['w_lf']}`)).toEqual([
      'ws://127.0.0.1:3002',
      'ws://127.0.0.1:3001 100',
      'ws://127.0.0.1:3002 25',
    ])
  })

  test.each(['random', 'consistentHash'] as const)(
    'have as much of the buckets: %s',
    (algorithm) => {
      const text = bucketsText({ ...pool, algorithm }, growth)
      const share = text.match(/ b$/gm)?.length ?? 0
      // A fifth of 4,096: 25 beside 100.
      expect(share).toBeGreaterThan(650)
      expect(share).toBeLessThan(990)
      if (algorithm === 'random') expect(share).toBe(819)
    },
  )
})

test('a slow start is refused where new endpoints get all requests at once', () => {
  const refused = (algorithm: 'leastRequest' | 'roundRobin') =>
    refusals(viewOf({ services: [serviceOf('shop', [], { algorithm, slowStartMs: 5_000 })] }))
  expect(refused('roundRobin')).toEqual([])
  expect(refused('leastRequest')).toMatchObject([{ field: expect.stringContaining('slowStart') }])
})
