import type { SchemaNode } from './schema-issues.ts'

/** What a field may hold, in words for people: the reference pages and `zoogate explain`. Pure. */
export function valueWords(schema: SchemaNode): string {
  if (schema.type === 'array') return listWords(schema)
  if (schema.expects !== undefined) return schema.expects
  if (schema.anyOf !== undefined) return schema.anyOf.map(valueWords).join(', ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.patternProperties !== undefined) {
    return `words by name, at most ${schema.maxProperties}`
  }
  if (schema.minimum !== undefined && schema.maximum !== undefined) {
    return `${schema.minimum} to ${schema.maximum}`
  }
  return NAMES[schema.type ?? ''] ?? 'anything'
}

const NAMES: Readonly<Record<string, string>> = {
  object: 'object',
  string: 'text',
  integer: 'number',
  boolean: '`true`, `false`',
}

function listWords({ items, minItems = 0, maxItems }: SchemaNode): string {
  const most = minItems === maxItems ? `${maxItems}` : `at most ${maxItems}`
  const count = minItems === 0 || minItems === maxItems ? most : `${minItems} to ${maxItems}`
  const inside = items === undefined ? 'anything' : valueWords(items)
  return inside === 'object' ? `list of ${count}` : `list of ${count}: ${inside}`
}

/** What a field has where it is not written, as people write it. Undefined: nothing is said. */
export function defaultWords({ default: value }: SchemaNode): string | undefined {
  if (value === undefined) return undefined
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value)
}

/** The object inside, where there is one: also of a list, and of a choice. */
export function objectIn(schema: SchemaNode): SchemaNode | undefined {
  const inner = schema.type === 'array' ? schema.items : schema
  if (inner === undefined) return undefined
  return [inner, ...(inner.anyOf ?? [])].find((branch) => branch.properties !== undefined)
}

/** What is said of a field: of a list that says nothing, what is said of its items. */
export function describedAs(schema: SchemaNode): string {
  return schema.description ?? schema.items?.description ?? ''
}
