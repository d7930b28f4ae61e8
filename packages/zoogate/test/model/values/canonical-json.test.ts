import fc from 'fast-check'
import { expect, it } from 'vitest'
import { canonicalJson } from '../../../src/model/values/canonical-json.ts'

/** Minus zero is zero in JSON. */
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)))

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).reverse()
  return Object.fromEntries(entries.map(([key, field]) => [key, reversed(field)]))
}

it('is JSON of the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value)
    }),
  )
})

it('does not depend on the order in which fields were written', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
    }),
  )
})

it('leaves out what is undefined', () => {
  expect(canonicalJson({ b: 1, a: undefined, c: [undefined] })).toBe('{"b":1,"c":[null]}')
})
