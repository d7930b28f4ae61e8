import { KINDS, type Kind, RESOURCE_SCHEMAS } from '../resources/resource.ts'
import { nearestName } from '../values/nearest-name.ts'
import { defaultWords, describedAs, objectIn, valueWords } from './field-words.ts'
import type { SchemaNode } from './schema-issues.ts'

/** What is known of a field of a resource, or of a kind as a whole. */
export interface FieldExplanation {
  /** `HTTPRoute.spec.rules.filters` */
  readonly field: string
  /** What it may hold, with its limits. */
  readonly value: string
  readonly meaning: string
  readonly default?: string
  readonly required: boolean
  /** What lies directly below it, in the order of the schema. */
  readonly fields: readonly Omit<FieldExplanation, 'fields'>[]
}

export type Explained =
  | { readonly explanation: FieldExplanation }
  | {
      /** How far the names were known: `HTTPRoute.spec`. Empty: not even the kind. */
      readonly known: string
      readonly unknown: string
      readonly nearest?: string
      readonly choices: readonly string[]
    }

/**
 * Looks a field up by its path, as in messages or without the indexes: `HTTPRoute.spec.rules[0].static`.
 * The kind's letter case does not count. Pure.
 */
export function explainField(path: string): Explained {
  const [written = '', ...steps] = path.replaceAll(/\[[0-9]*\]/g, '').split('.')
  const kind = kindOf(written)
  if (kind === undefined) return unknown('', written, KINDS)
  let schema: SchemaNode = RESOURCE_SCHEMAS[kind]
  let required = true
  let field: string = kind
  for (const step of steps) {
    const within = objectIn(schema)
    const properties = within?.properties ?? {}
    const next = Object.hasOwn(properties, step) ? properties[step] : undefined
    if (next === undefined) return unknown(field, step, Object.keys(properties))
    required = within?.required?.includes(step) ?? false
    schema = next
    field = `${field}.${step}`
  }
  return { explanation: { ...about(field, schema, required), fields: fieldsBelow(field, schema) } }
}

function kindOf(written: string): Kind | undefined {
  return KINDS.find((kind) => kind.toLowerCase() === written.toLowerCase())
}

function unknown(known: string, written: string, choices: readonly string[]): Explained {
  const nearest = nearestName(written, choices)
  return { known, unknown: written, choices, ...(nearest === undefined ? {} : { nearest }) }
}

function fieldsBelow(field: string, schema: SchemaNode): FieldExplanation['fields'] {
  const within = objectIn(schema)
  return Object.entries(within?.properties ?? {}).map(([name, property]) =>
    about(`${field}.${name}`, property, within?.required?.includes(name) ?? false),
  )
}

function about(
  field: string,
  schema: SchemaNode,
  required: boolean,
): Omit<FieldExplanation, 'fields'> {
  const fallback = defaultWords(schema)
  return {
    field,
    value: valueWords(schema),
    meaning: describedAs(schema),
    ...(fallback === undefined ? {} : { default: fallback }),
    required,
  }
}

/** Every field of every kind, for completion. Pure. */
export function allFields(): readonly string[] {
  return KINDS.flatMap((kind) => [kind, ...below(kind, RESOURCE_SCHEMAS[kind])])
}

function below(field: string, schema: SchemaNode): readonly string[] {
  return Object.entries(objectIn(schema)?.properties ?? {}).flatMap(([name, property]) => [
    `${field}.${name}`,
    ...below(`${field}.${name}`, property),
  ])
}
