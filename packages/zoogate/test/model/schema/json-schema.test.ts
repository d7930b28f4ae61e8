import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { checkResource } from '../../../src/model/checks/resource-checks.ts'
import { KINDS } from '../../../src/model/resources/resource.ts'
import { jsonSchema } from '../../../src/model/schema/json-schema.ts'
import { everythingYaml, resources } from '../sample-resources.ts'

/** A validator that is not ours: what it lets through is what an editor does. */
const validate = new Ajv({
  strict: true,
  strictRequired: false,
  keywords: ['patternErrorMessage'],
}).compile(jsonSchema())

const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url))

function documentsOf(yaml: string): readonly unknown[] {
  return parseAllDocuments(yaml)
    .map((document): unknown => document.toJS())
    .filter((value) => value !== null)
}

const everything = [...resources(everythingYaml).values()]

describe('the JSON Schema', () => {
  it('knows every kind', () => {
    expect(Object.keys(Object(jsonSchema()['definitions']))).toEqual(KINDS)
  })

  it('lets every field through', () => {
    for (const resource of everything)
      expect([validate(resource), validate.errors]).toEqual([true, null])
  })

  it.each(readdirSync(`${ROOT}/examples`).filter((name) => name.endsWith('.yaml')))(
    'lets the examples through: %s',
    (name) => {
      for (const value of documentsOf(readFileSync(`${ROOT}/examples/${name}`, 'utf8'))) {
        expect([validate(value), validate.errors]).toEqual([true, null])
      }
    },
  )

  it.each([
    ['no kind', 'apiVersion: zoogate/v1\nmetadata: { name: a }'],
    ['another kind', 'apiVersion: zoogate/v1\nkind: Gate\nmetadata: { name: a }'],
    ['no spec', 'apiVersion: zoogate/v1\nkind: Gateway\nmetadata: { name: a }'],
    ['an unknown field', service('{ balanc: {} }')],
    ['a value that is none of the choices', service('{ balance: { algorithm: fastest } }')],
    ['a number that is too large', service('{ healthCheck: { tcp: {}, rise: 101 } }')],
    ['a text of another form', service('{ slowStart: 30 }')],
    ['a filter without its field', rule('filters: [{ type: Cache }]')],
    ['a filter with an unknown field', rule('filters: [{ type: Cache, cache: { age: 1s } }]')],
    ['an expression where a list is wanted', rule('matches: { path: { value: / } }')],
  ])('refuses %s', (_, yaml) => {
    expect(documentsOf(yaml).map((value) => validate(value))).toEqual([false])
  })

  it('lets through whatever zoogate does', () => {
    const broken = fc
      .constantFrom(...everything)
      .chain((resource) =>
        fc.tuple(fc.constant(resource), fc.constantFrom(...pathsOf(resource)), fc.jsonValue()),
      )
    fc.assert(
      fc.property(broken, ([resource, path, by]) => {
        const value = replaced(resource, path, by)
        if ('resource' in checkResource(value)) expect(validate(value)).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })
})

function service(spec: string): string {
  return `{ apiVersion: zoogate/v1, kind: Service, metadata: { name: a }, spec: ${spec} }`
}

function rule(fields: string): string {
  return `
apiVersion: zoogate/v1
kind: HTTPRoute
metadata: { name: a }
spec:
  parentRefs: [{ name: edge }]
  rules:
    - backendRefs: [{ name: a }]
      ${fields}`
}

/** Every place in a value. */
function pathsOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, field]) => pathsOf(field, [...path, key]))
  return [path, ...below]
}

function replaced(value: unknown, [step, ...rest]: readonly string[], by: unknown): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return by
  if (Array.isArray(value)) {
    return value.map((item, index) => (String(index) === step ? replaced(item, rest, by) : item))
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [
      key,
      key === step ? replaced(field, rest, by) : field,
    ]),
  )
}
