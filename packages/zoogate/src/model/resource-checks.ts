import { parseDuration } from './duration.ts'
import type { FieldPath } from './field-path.ts'
import type { Gateway } from './gateway.ts'
import type { HTTPRoute } from './http-route.ts'
import { didYouMean } from './nearest-name.ts'
import { isKind, KINDS, RESOURCE_SCHEMAS, type Resource } from './resource.ts'
import { API_VERSION } from './resource-metadata.ts'
import { type SchemaIssue, schemaIssues } from './schema-issues.ts'
import type { Service } from './service.ts'
import { staticEndpointId } from './service-settings.ts'
import { listenersOf } from './view-builder.ts'

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
      return routeIssues(resource)
    case 'Demo':
      return []
  }
}

function gatewayIssues(gateway: Gateway): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = []
  const listeners = listenersOf(gateway)
  for (const [index, listener] of listeners.entries()) {
    const before = listeners.slice(0, index)
    if (before.some(({ name }) => name === listener.name)) {
      issues.push({
        path: ['spec', 'listeners', index, 'name'],
        message: `"${listener.name}" is the name of another listener`,
      })
    }
    const clash = before.find(
      ({ address, port }) =>
        port === listener.port &&
        (address === listener.address || address === '*' || listener.address === '*'),
    )
    if (clash !== undefined) {
      issues.push({
        path: ['spec', 'listeners', index, 'port'],
        message: `${listener.port} is taken by the listener "${clash.name}"`,
      })
    }
  }
  return issues
}

function serviceIssues(service: Service): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = []
  const { discovery, endpoints, healthCheck, balance } = service.spec ?? {}
  if (discovery !== undefined && endpoints !== undefined) {
    issues.push({
      path: ['spec', 'endpoints'],
      message: 'cannot be together with discovery: a pool is either found or fixed',
    })
  }
  if (healthCheck !== undefined) {
    const probes = [healthCheck.http, healthCheck.tcp].filter((probe) => probe !== undefined)
    if (probes.length !== 1) {
      issues.push({ path: ['spec', 'healthCheck'], message: 'must have either http or tcp' })
    }
  }
  if (balance?.hashOn !== undefined && balance.algorithm !== 'consistentHash') {
    issues.push({
      path: ['spec', 'balance', 'hashOn'],
      message: 'is only for the algorithm consistentHash',
    })
  }
  issues.push(...repeatedEndpoints(service))
  return issues
}

function repeatedEndpoints(service: Service): readonly SchemaIssue[] {
  const ids = new Set<string>()
  const addresses = new Set<string>()
  const issues: SchemaIssue[] = []
  for (const [index, written] of (service.spec?.endpoints ?? []).entries()) {
    const path: FieldPath = ['spec', 'endpoints', index]
    const address = `${written.address} port ${written.port}`
    const id = written.id ?? staticEndpointId(written.address, written.port)
    if (addresses.has(address)) issues.push({ path, message: `${address} is listed twice` })
    else if (ids.has(id)) issues.push({ path, message: `"${id}" is the id of another endpoint` })
    addresses.add(address)
    ids.add(id)
  }
  return issues
}

function routeIssues(route: HTTPRoute): readonly SchemaIssue[] {
  const issues: SchemaIssue[] = []
  for (const [index, rule] of route.spec.rules.entries()) {
    const { request, backendRequest } = rule.timeouts ?? {}
    const requestMs = request === undefined ? undefined : parseDuration(request)
    const attemptMs = backendRequest === undefined ? undefined : parseDuration(backendRequest)
    if (requestMs !== undefined && attemptMs !== undefined && attemptMs > requestMs) {
      issues.push({
        path: ['spec', 'rules', index, 'timeouts', 'backendRequest'],
        message: `must be at most request, which is ${request}`,
      })
    }
    issues.push(...repeatedHeaders(rule, ['spec', 'rules', index]))
  }
  return issues
}

/** A header that must have two values at once matches nothing: surely not what was meant. */
function repeatedHeaders(
  rule: HTTPRoute['spec']['rules'][number],
  path: FieldPath,
): readonly SchemaIssue[] {
  return (rule.matches ?? []).flatMap((match, matchIndex) => {
    const names = (match.headers ?? []).map((header) => header.name.toLowerCase())
    return names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : [
            {
              path: [...path, 'matches', matchIndex, 'headers', index, 'name'],
              message: `"${name}" is matched twice`,
            },
          ],
    )
  })
}
