import { compareText, RESOURCE_SCHEMAS, type Resource } from '../resources/resource.ts'
import type { SchemaNode } from './schema-issues.ts'

/** The same resource with its fields in the schemas' order, as people write and read it. Pure. */
export function orderFields(resource: Resource): unknown {
  return ordered(RESOURCE_SCHEMAS[resource.kind], resource)
}

function ordered(schema: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (schema.items ? ordered(schema.items, item) : item))
  }
  if (typeof value !== 'object' || value === null) return value
  const objects = [schema, ...(schema.anyOf ?? [])]
  const properties = objects.find((branch) => branch.properties !== undefined)?.properties ?? {}
  const fields = new Map<string, unknown>(Object.entries(value))
  const known = Object.entries(properties).flatMap(([name, property]) =>
    fields.has(name) ? [[name, ordered(property, fields.get(name))] as const] : [],
  )
  const others = [...fields]
    .filter(([name]) => !Object.hasOwn(properties, name))
    .sort(([a], [b]) => compareText(a, b))
  return Object.fromEntries([...known, ...others])
}
