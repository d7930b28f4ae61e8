import { describe, expect, it } from 'vitest'
import { checkResource } from '../../src/model/checks/resource-checks.ts'
import { formatFieldPath } from '../../src/model/field-path.ts'
import { allFields, explainField } from '../../src/model/schema/explain.ts'
import { everythingYaml, resources } from './sample-resources.ts'
import { WRONG_ITEMS, WRONG_VALUES } from './wrong-values.ts'

const everything = [...resources(everythingYaml).values()]

/** The places of a field in a value: its path with the indexes. */
function placesOf(
  value: unknown,
  [step, ...rest]: readonly string[],
): readonly (string | number)[][] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      placesOf(item, step === undefined ? [] : [step, ...rest]).map((path) => [index, ...path]),
    )
  }
  if (step === undefined) return [[]]
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return []
  const field: unknown = Object.entries(value).find(([name]) => name === step)?.[1]
  // The list itself is the place of its own field; its items are those of the fields below.
  const inside = rest.length === 0 ? [[]] : placesOf(field, rest)
  return inside.map((path) => [step, ...path])
}

function replaced(
  value: unknown,
  [step, ...rest]: readonly (string | number)[],
  by: unknown,
): unknown {
  if (step === undefined) return by
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? replaced(item, rest, by) : item))
  }
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([key, field]) => [
      key,
      key === step ? replaced(field, rest, by) : field,
    ]),
  )
}

function placeOf(field: string) {
  const [kind = '', ...steps] = field.split('.')
  for (const resource of everything) {
    const [path] = resource.kind === kind ? placesOf(resource, steps) : []
    if (path !== undefined) return { resource, path }
  }
  return undefined
}

/** All but what is the same for each kind. */
const fields = allFields().filter(
  (field) => field.includes('.') && !/^(?!Gateway).*\.(metadata|apiVersion)|\.kind$/.test(field),
)
const valueIn = (field: string) => {
  const explained = explainField(field)
  return 'explanation' in explained ? explained.explanation.value : ''
}
const isObject = (field: string) => /^(object|words by name)/.test(valueIn(field))
const isList = (field: string) => valueIn(field).startsWith('list')
const leaves = fields.filter((field) => !isObject(field) && !isList(field))

/** What is said first where a field, or the first item of its list, has another value. */
function wordsFor(field: string, by: unknown, inside: readonly number[] = []): string | undefined {
  const place = placeOf(field)
  if (place === undefined) throw new Error(`no ${field} in the sample`)
  const path = [...place.path, ...inside]
  const checked = checkResource(replaced(place.resource, path, by))
  const [first] = 'issues' in checked ? checked.issues : []
  if (first === undefined) return undefined
  expect(formatFieldPath(first.path)).toBe(formatFieldPath(path))
  return first.message
}

describe('every field', () => {
  it.each(fields)('is in the sample of all that is valid: %s', (field) => {
    expect(placeOf(field)).toBeDefined()
  })

  it.each(leaves)('is refused where its value is wrong: %s', (field) => {
    const rule = WRONG_VALUES.find(([pattern]) => pattern.test(field))
    if (rule === undefined) throw new Error(`no wrong value for ${field}`)
    expect(wordsFor(field, rule[1])).toBe(rule[2])
  })

  it.each(fields.filter(isObject))('is refused where it is no object: %s', (field) => {
    expect(wordsFor(field, [])).toBe('must be an object, not a list')
  })

  it.each(fields.filter(isList))('is refused where it is no list: %s', (field) => {
    expect(wordsFor(field, {})).toBe('must be a list, not an object')
    const [, least] = /^list of (\d+)/.exec(valueIn(field)) ?? []
    if (least === '1') expect(wordsFor(field, [])).toBe('must have at least 1 item')
    const [, most] = /^list of (?:at most |\d+ to )?(\d+)/.exec(valueIn(field)) ?? []
    expect(wordsFor(field, Array(Number(most) + 1).fill(null))).toBe(
      `must have at most ${most} items, and has ${Number(most) + 1}`,
    )
  })

  it.each(fields.filter((field) => isList(field) && valueIn(field).includes(': ')))(
    'is refused where an item is wrong: %s',
    (field) => {
      const rule = WRONG_ITEMS.find(([pattern]) => pattern.test(field))
      if (rule === undefined) throw new Error(`no wrong item for ${field}`)
      expect(wordsFor(field, rule[1], [0])).toBe(rule[2])
    },
  )
})
