import type { FieldPath } from '../field-path.ts'
import { didYouMean, nearestName } from '../values/nearest-name.ts'

/**
 * The part of JSON Schema that resources are described with, and two keywords of our own (see
 * field-schemas.ts). A walker of our own, since a general validator says neither "did you mean" nor
 * all errors of a document at once.
 */
export interface SchemaNode {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[] | undefined
  /** Of a record: one pattern of keys and what they hold. */
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly maxProperties?: number
  readonly items?: SchemaNode
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  /** The words after "must be" in an error message. */
  readonly expects?: string
  /** Of a record: the same for its keys. */
  readonly keysExpect?: string
  /** True where a text that fits the pattern is wrong all the same. */
  readonly problem?: (text: string) => boolean
}

export interface SchemaIssue {
  readonly path: FieldPath
  readonly at?: 'key'
  readonly message: string
}

/** At most so many issues are listed for one document. */
const ISSUES_PER_DOCUMENT_MAX = 100

/** All that is wrong with a value, in the order in which the schema names the fields. */
export function schemaIssues(schema: SchemaNode, value: unknown): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = []
  walk(schema, value, [], (issue) => {
    if (issues.length < ISSUES_PER_DOCUMENT_MAX) issues.push(issue)
  })
  return issues
}

type Report = (issue: SchemaIssue) => void

function walk(schema: SchemaNode, value: unknown, path: FieldPath, report: Report): void {
  if (schema.anyOf !== undefined) walkUnion(schema, schema.anyOf, value, path, report)
  else if ('const' in schema) {
    if (value !== schema.const) report(wrong(schema, value, path))
  } else if (jsonType(value) !== schema.type) report(wrong(schema, value, path))
  else if (Array.isArray(value)) walkArray(schema, value, path, report)
  else if (isRecord(value)) walkObject(schema, value, path, report)
  else if (typeof value === 'string') walkString(schema, value, path, report)
  else if (typeof value === 'number') walkInteger(schema, value, path, report)
}

/** Where only one branch is of the value's type, its errors say more than "none of them fits". */
function walkUnion(
  schema: SchemaNode,
  branches: readonly SchemaNode[],
  value: unknown,
  path: FieldPath,
  report: Report,
): void {
  if (branches.some((branch) => 'const' in branch && branch.const === value)) return
  const alike = branches.filter((branch) => !('const' in branch) && branch.type === jsonType(value))
  const [only] = alike
  if (only === undefined) report(wrong(schema, value, path))
  else walk(inheritExpects(only, schema), value, path, report)
}

function inheritExpects(branch: SchemaNode, union: SchemaNode): SchemaNode {
  const expects = branch.expects ?? union.expects
  return expects === undefined ? branch : { ...branch, expects }
}

function walkArray(
  schema: SchemaNode,
  value: readonly unknown[],
  path: FieldPath,
  report: Report,
): void {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema
  if (value.length < minItems) {
    report({ path, message: `must have at least ${minItems} item${minItems === 1 ? '' : 's'}` })
  }
  if (value.length > maxItems) {
    report({ path, message: `must have at most ${maxItems} items, and has ${value.length}` })
    return
  }
  if (items === undefined) return
  for (const [index, item] of value.entries()) walk(items, item, [...path, index], report)
}

function walkObject(
  schema: SchemaNode,
  value: Readonly<Record<string, unknown>>,
  path: FieldPath,
  report: Report,
): void {
  const [record] = Object.entries(schema.patternProperties ?? {})
  if (record !== undefined) {
    walkRecord(schema, record, value, path, report)
    return
  }
  const properties = schema.properties ?? {}
  const known = Object.keys(properties)
  for (const name of schema.required ?? []) {
    if (Object.hasOwn(value, name)) continue
    // Said of the unknown field that was meant, if there is one: once is enough.
    const misspelt = Object.keys(value).some(
      (written) => !known.includes(written) && nearestName(written, known) === name,
    )
    if (!misspelt) report({ path: [...path, name], message: 'is missing' })
  }
  for (const [name, field] of Object.entries(value)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined
    if (property !== undefined) walk(property, field, [...path, name], report)
    else report({ path: [...path, name], at: 'key', message: unknownField(name, known, value) })
  }
}

function unknownField(
  name: string,
  known: readonly string[],
  value: Readonly<Record<string, unknown>>,
): string {
  const free = known.filter((candidate) => !Object.hasOwn(value, candidate))
  const hint = didYouMean(name, free)
  if (known.length === 0) return 'is not a known field: nothing is written here'
  return `is not a known field${hint === '' ? ` (known: ${known.join(', ')})` : hint}`
}

function walkRecord(
  schema: SchemaNode,
  [keyPattern, item]: [string, SchemaNode],
  value: Readonly<Record<string, unknown>>,
  path: FieldPath,
  report: Report,
): void {
  const entries = Object.entries(value)
  const { maxProperties = Number.POSITIVE_INFINITY } = schema
  if (entries.length > maxProperties) {
    report({ path, message: `must have at most ${maxProperties} entries` })
    return
  }
  for (const [name, field] of entries) {
    if (!new RegExp(keyPattern).test(name)) {
      const message = `the name must be ${schema.keysExpect ?? `like ${keyPattern}`}`
      report({ path: [...path, name], at: 'key', message })
    } else walk(item, field, [...path, name], report)
  }
}

function walkString(schema: SchemaNode, value: string, path: FieldPath, report: Report): void {
  const { pattern, maxLength = Number.POSITIVE_INFINITY, problem } = schema
  const fits =
    value.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern).test(value)) &&
    problem?.(value) !== true
  if (!fits) report(wrong(schema, value, path))
}

function walkInteger(schema: SchemaNode, value: number, path: FieldPath, report: Report): void {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema
  if (value < minimum || value > maximum) report(wrong(schema, value, path))
}

function wrong(schema: SchemaNode, value: unknown, path: FieldPath): SchemaIssue {
  const choices = (schema.anyOf ?? []).map((branch) => branch.const)
  const hint =
    typeof value === 'string'
      ? didYouMean(
          value,
          choices.filter((choice) => typeof choice === 'string'),
        )
      : ''
  return { path, message: `must be ${expected(schema)}, not ${shown(value)}${hint}` }
}

function expected(schema: SchemaNode): string {
  if (schema.expects !== undefined) return schema.expects
  if (schema.anyOf !== undefined) {
    const choices = schema.anyOf.map(expected)
    return choices.length < 2
      ? (choices[0] ?? 'nothing')
      : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`
  }
  if ('const' in schema) return String(schema.const)
  switch (schema.type) {
    case 'object':
      return 'an object'
    case 'array':
      return 'a list'
    case 'string':
      return 'text'
    case 'boolean':
      return 'true or false'
    default: {
      const { minimum, maximum } = schema
      return minimum === undefined || maximum === undefined
        ? 'a whole number'
        : `a whole number from ${minimum} to ${maximum}`
    }
  }
}

const SHOWN_CHARACTERS_MAX = 40

/** What was written, short, and without anything that a terminal would obey. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  const short =
    text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text
  return short.replace(/[^\x20-\x7e…]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function jsonType(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number'
  return typeof value
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
