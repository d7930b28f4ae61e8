import { expect, it } from 'vitest'
import { tableDifferences } from '../../../src/agent/reconcile/table-differences.ts'
import type { ObservedEndpoint } from '../../../src/engines/engine.ts'
import { viewOf } from '../fake-engine.ts'

const given = viewOf({ endpoints: 'a b' })
const [a, b] = (given.services.get('shop')?.endpoints ?? []).map((endpoint) => ({
  ...endpoint,
  health: 'unknown' as const,
}))
const differences = (...real: (ObservedEndpoint | undefined)[]) =>
  tableDifferences(given, {
    generation: '1',
    services: new Map([['shop', real.filter((one) => one !== undefined)]]),
  }).map(({ id, what }) => `${id} ${what}`)

it('finds none between equal tables, in any order', () => {
  expect(differences(b, a)).toEqual([])
})

it('finds what is missing, too many, elsewhere, or in another state', () => {
  if (a === undefined || b === undefined) throw new Error('there are two')
  expect(differences(a)).toEqual(['b 10.0.0.1:98 is missing'])
  expect(differences(a, b, { ...a, id: 'c' })).toEqual(['c 10.0.0.1:97 is too many'])
  expect(differences({ ...a, port: 1 }, b)).toEqual(['a 10.0.0.1:1 instead of 10.0.0.1:97'])
  expect(differences({ ...a, state: 'draining' }, b)).toEqual(['a draining instead of up'])
  expect(differences({ ...a, weight: 0 }, b)).toEqual(['a weight 0 instead of 1'])
})
