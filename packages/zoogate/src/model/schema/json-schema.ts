import { KINDS, RESOURCE_SCHEMAS } from '../resources/resource.ts'
import type { SchemaNode } from './schema-issues.ts'

/**
 * The JSON Schema (draft 7, which editors read) of a resource: of each document of a YAML file. It
 * lets through all that is right; what a schema cannot say, `zoogate apply --dry-run` does. Pure.
 */
export function jsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:zoogate:v1',
    title: 'A resource of zoogate',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata'],
    oneOf: KINDS.map((kind) => ({ $ref: `#/definitions/${kind}` })),
    definitions: Object.fromEntries(KINDS.map((kind) => [kind, node(RESOURCE_SCHEMAS[kind])])),
  }
}

/** Without the keywords of our own; what they say of a text goes where editors look for it. */
function node(schema: SchemaNode): Readonly<Record<string, unknown>> {
  const { expects, keysExpect: _, problem: __, anyOf, properties, items, ...plain } = schema
  const values = anyOf?.map((branch) => branch.const)
  const choice = values?.every((value) => value !== undefined) === true
  return {
    ...plain,
    ...(schema.pattern !== undefined && expects !== undefined
      ? { patternErrorMessage: `must be ${expects}` }
      : {}),
    ...(choice ? { enum: values } : {}),
    ...(anyOf === undefined || choice ? {} : { anyOf: anyOf.map(node) }),
    ...(properties === undefined ? {} : { properties: mapped(properties) }),
    ...(schema.patternProperties === undefined
      ? {}
      : { patternProperties: mapped(schema.patternProperties) }),
    ...(items === undefined ? {} : { items: node(items) }),
  }
}

function mapped(fields: Readonly<Record<string, SchemaNode>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, node(field)]))
}
