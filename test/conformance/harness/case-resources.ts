import { type Sources, stateIssues } from '../../../packages/zoogate/src/desired/check-state.ts'
import type { Engine } from '../../../packages/zoogate/src/engines/engine.ts'
import {
  parseResources,
  type SourcedResource,
} from '../../../packages/zoogate/src/model/checks/parse.ts'
import { FEATURES, type FeatureName } from '../../../packages/zoogate/src/model/features/index.ts'
import { formatIssue, type Issue } from '../../../packages/zoogate/src/model/issue.ts'
import { referenceIssues } from '../../../packages/zoogate/src/model/references/references.ts'
import {
  type Resource,
  type ResourceMap,
  resourceKey,
  resourcesOf,
} from '../../../packages/zoogate/src/model/resources/resource.ts'
import { buildStructure } from '../../../packages/zoogate/src/model/view/builder.ts'
import type { SecretSpec } from './case-schema.ts'
import { backendsIn, type Values } from './placeholders.ts'
import { type Case, parseCase } from './read-cases.ts'

/** What a case asks of one engine. */
export interface CaseResources {
  readonly resources: ResourceMap
  /** Why apply takes them not: empty where it does. */
  readonly refusals: readonly Issue[]
  /** All that the resources make use of. */
  readonly features: readonly FeatureName[]
}

/**
 * The resources of a case for an engine, with what it leaves to the harness: a Gateway with one HTTP
 * listener, and for each backend of a route that is no Service yet, one with the sample backend of
 * that name.
 * @throws Error where they are no resources, or name what is not there
 */
export function caseResources(given: Case, engine: Engine, values: Values): CaseResources {
  const parsed = parseCase(given.text, given.file, { ...values, engine: engine.name })
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  const written = sourcesOf(parsed.spec.resources, given.file)
  const sources = new Map([...sourcesOf(gatewayText(engine.name, values), '<harness>'), ...written])
  const gateways = [...written.keys()].filter((key) => key.startsWith('Gateway/'))
  if (gateways.length > 0 && !gateways.includes('Gateway/edge')) sources.delete('Gateway/edge')
  for (const name of serviceNames(written)) {
    const made = sourcesOf(serviceText(name, values), '<harness>')
    for (const [key, source] of made) if (!sources.has(key)) sources.set(key, source)
  }
  for (const [name, { type }] of Object.entries(given.spec.secrets ?? {})) {
    const made = sourcesOf(secretText(name, type), '<harness>')
    for (const [key, source] of made) if (!sources.has(key)) sources.set(key, source)
  }
  const resources = new Map([...sources].map(([key, { resource }]) => [key, resource]))
  const [gateway, ...others] = resourcesOf(resources, 'Gateway')
  if (gateway === undefined || others.length > 0) throw new Error('a case has one Gateway')
  const issues = stateIssues(resources, sources, new Map([[engine.name, engine]]))
  const view = buildStructure(gateway.metadata.name, 0, resources)
  if (view === undefined || referenceIssues(resources).length > 0) {
    throw new Error(issues.map(formatIssue).join('\n'))
  }
  const features = FEATURES.filter(({ uses }) => uses(view).length > 0).map(({ name }) => name)
  return { resources, refusals: issues, features }
}

/** Names of the sample backends that a case needs. */
export function backendNames({ text, spec }: Case): readonly string[] {
  const made = serviceNames(sourcesOf(spec.resources, ''))
  return [...new Set([...backendsIn(text), ...made, ...Object.keys(spec.backends ?? {})])]
}

function sourcesOf(text: string, file: string): Sources {
  const { resources, issues } = parseResources(text, file)
  if (issues.length > 0) throw new Error(issues.map(formatIssue).join('\n'))
  return new Map(resources.map((source: SourcedResource) => [resourceKey(source.resource), source]))
}

/** Services that routes name and nobody wrote. */
function serviceNames(sources: Sources): readonly string[] {
  const names = new Set<string>()
  for (const { resource } of sources.values()) collectBackends(resource, names)
  return [...names].filter((name) => !sources.has(`Service/${name}`))
}

function collectBackends(value: unknown, names: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, field] of Object.entries(value)) {
    const refs = key === 'backendRefs' ? field : key === 'backendRef' ? [field] : []
    for (const ref of Array.isArray(refs) ? refs : []) names.add(String(ref.name))
    collectBackends(field, names)
  }
}

function gatewayText(engine: string, values: Values): string {
  return `apiVersion: zoogate/v1
kind: Gateway
metadata: { name: edge }
spec:
  engine: ${engine}
  listeners: [{ name: http, address: 127.0.0.1, port: ${values.listenerPort('http')} }]
`
}

function serviceText(name: string, values: Values): string {
  return `apiVersion: zoogate/v1
kind: Service
metadata: { name: ${name} }
spec:
  endpoints: [{ id: ${name}, address: 127.0.0.1, port: ${values.backendPort(name)} }]
`
}

/** Its bytes are made, and read from nowhere. */
function secretText(name: string, type: SecretSpec['type']): string {
  const files = {
    TLS: 'certificate: made.pem, key: made.key',
    CA: 'certificates: made.pem',
    Users: 'users: made.txt',
  }
  return `apiVersion: zoogate/v1
kind: Secret
metadata: { name: ${name} }
spec: { type: ${type}, files: { ${files[type]} } }
`
}

/** For cases that are put together in one Gateway. */
export function gatewayOf(resources: ResourceMap): Extract<Resource, { kind: 'Gateway' }> {
  const [gateway] = resourcesOf(resources, 'Gateway')
  if (gateway === undefined) throw new Error('there is no Gateway')
  return gateway
}
