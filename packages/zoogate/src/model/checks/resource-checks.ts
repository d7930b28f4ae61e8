import { isKind, KINDS, RESOURCE_SCHEMAS, type Resource } from '../resources/resource.ts'
import { API_VERSION } from '../resources/resource-metadata.ts'
import { type SchemaIssue, schemaIssues } from '../schema/schema-issues.ts'
import { secretIssues } from '../secrets/secret-files.ts'
import { didYouMean } from '../values/nearest-name.ts'
import { gatewayIssues } from './gateway-checks.ts'
import { httpRouteIssues } from './http-route-checks.ts'
import { serviceIssues } from './service-checks.ts'

export type CheckedResource =
  | { readonly resource: Resource }
  | { readonly issues: readonly SchemaIssue[] }

/** Is this a resource, by its schema and by what a schema cannot say? Never throws. */
export function checkResource(value: unknown): CheckedResource {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      issues: [{ path: [], message: 'must be an object with apiVersion, kind, metadata and spec' }],
    }
  }
  const kind = 'kind' in value ? value.kind : undefined
  if (!isKind(kind)) return { issues: [unknownKind(kind)] }
  const issues = schemaIssues(RESOURCE_SCHEMAS[kind], value)
  if (issues.length > 0) return { issues }
  const resource = value as Resource
  const further = furtherIssues(resource)
  return further.length > 0 ? { issues: further } : { resource }
}

function unknownKind(kind: unknown): SchemaIssue {
  const known = KINDS.join(', ')
  if (kind === undefined) {
    return {
      path: ['kind'],
      message: `is missing: one of ${known}, with apiVersion: ${API_VERSION}`,
    }
  }
  const hint = typeof kind === 'string' ? didYouMean(kind, KINDS) : ''
  return { path: ['kind'], message: `must be one of ${known}${hint}` }
}

/** What a schema cannot say, within one resource. */
function furtherIssues(resource: Resource): readonly SchemaIssue[] {
  switch (resource.kind) {
    case 'Gateway':
      return gatewayIssues(resource)
    case 'Service':
      return serviceIssues(resource)
    case 'HTTPRoute':
      return httpRouteIssues(resource)
    case 'Secret':
      return secretIssues(resource)
    case 'TCPRoute':
    case 'Demo':
      return []
  }
}
