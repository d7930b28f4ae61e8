import { expect, it } from 'vitest'
import { parseWanted } from '../../../src/cli/commands/get.ts'

it.each([
  [undefined, undefined, {}],
  ['service', undefined, { kind: 'Service' }],
  ['Services', undefined, { kind: 'Service' }],
  ['svc/shop', undefined, { kind: 'Service', name: 'shop' }],
  ['httproutes', 'shop', { kind: 'HTTPRoute', name: 'shop' }],
  ['route', undefined, { kind: 'HTTPRoute' }],
])('%j %j is %j', (kind, name, wanted) => {
  expect(parseWanted(kind, name)).toEqual(wanted)
})

it('says which kinds there are', () => {
  expect(() => parseWanted('servcie', undefined)).toThrow('did you mean "Service"?')
})
