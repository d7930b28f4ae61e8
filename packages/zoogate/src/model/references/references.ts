import type { FieldPath } from '../field-path.ts'
import type { ResourceIssue } from '../issue.ts'
import {
  type Kind,
  type Resource,
  type ResourceMap,
  resourceKey,
  resourceOf,
  resourcesOf,
} from '../resources/resource.ts'
import { didYouMean } from '../values/nearest-name.ts'
import { listenersOf } from '../view/listeners.ts'
import { attachedListeners, type RouteKind, takes } from '../view/routes.ts'
import type { Listener } from '../view/view.ts'
import { type Reference, referencesOf } from './references-of.ts'

/** Names that point at nothing, or at what is of no use there, over a whole desired state. Pure. */
export function referenceIssues(resources: ResourceMap): readonly ResourceIssue[] {
  return [
    ...KINDS_THAT_NAME.flatMap((kind) =>
      resourcesOf(resources, kind).flatMap((resource) => issuesOf(resource, resources)),
    ),
    ...sharedTcpListeners(resources),
  ]
}

const KINDS_THAT_NAME = ['Gateway', 'HTTPRoute', 'TCPRoute', 'Service', 'Demo'] as const

function issuesOf(resource: Resource, resources: ResourceMap): readonly ResourceIssue[] {
  return referencesOf(resource).flatMap((reference) => {
    const key = resourceKey(resource)
    const { kind, name, path } = reference
    if (resourceOf(resources, kind, name) === undefined) {
      return [{ resource: key, path, message: absent(kind, name, resources) }]
    }
    if (reference.kind === 'Secret') return secretIssues(key, reference, resources)
    if (resource.kind !== 'HTTPRoute' && resource.kind !== 'TCPRoute') return []
    return reference.kind === 'Gateway'
      ? parentIssues(key, resource.kind, reference, resources)
      : []
  })
}

function secretIssues(
  resource: string,
  { name, path, type }: Extract<Reference, { kind: 'Secret' }>,
  resources: ResourceMap,
): readonly ResourceIssue[] {
  const found = resourceOf(resources, 'Secret', name)?.spec.type
  return found === undefined || found === type
    ? []
    : [
        {
          resource,
          path,
          message: `Secret/${name} is of type ${found}, and must be of type ${type}`,
        },
      ]
}

function parentIssues(
  resource: string,
  kind: RouteKind,
  { name, path, sectionName }: Extract<Reference, { kind: 'Gateway' }>,
  resources: ResourceMap,
): readonly ResourceIssue[] {
  const gateway = resourceOf(resources, 'Gateway', name)
  if (gateway?.spec.native !== undefined) {
    const message = `Gateway/${name} has native configuration, whose text decides where requests go: it takes no routes`
    return [{ resource, path, message }]
  }
  const all = gateway === undefined ? [] : listenersOf(gateway)
  const fitting = all.filter((listener) => takes(listener, kind))
  const wanted = kind === 'HTTPRoute' ? 'HTTP or HTTPS' : 'TCP or TLS'
  const named = kind === 'HTTPRoute' ? 'an HTTPRoute' : 'a TCPRoute'
  if (sectionName === undefined) {
    const message = `Gateway/${name} has no listener of ${wanted}, which ${named} needs`
    return fitting.length > 0 ? [] : [{ resource, path, message }]
  }
  const at: FieldPath = [...path.slice(0, -1), 'sectionName']
  const listener = all.find((one) => one.name === sectionName)
  if (listener === undefined) {
    const message = `Gateway/${name} has no listener "${sectionName}"${known(sectionName, all)}`
    return [{ resource, path: at, message }]
  }
  const message = `the listener "${sectionName}" of Gateway/${name} is of ${listener.protocol}, and ${named} needs one of ${wanted}`
  return takes(listener, kind) ? [] : [{ resource, path: at, message }]
}

function known(written: string, listeners: readonly Listener[]): string {
  const names = listeners.map(({ name }) => name)
  const hint = didYouMean(written, names)
  return hint === '' ? ` (it has: ${names.join(', ')})` : hint
}

/** Nothing tells the connections of one listener apart, so that two routes cannot share it. */
function sharedTcpListeners(resources: ResourceMap): readonly ResourceIssue[] {
  const routes = resourcesOf(resources, 'TCPRoute')
  return resourcesOf(resources, 'Gateway').flatMap((gateway) => {
    const { name } = gateway.metadata
    const taken = new Map<string, string>()
    return routes.flatMap((route): readonly ResourceIssue[] =>
      attachedListeners(route, name, listenersOf(gateway)).flatMap((listener) => {
        const before = taken.get(listener)
        if (before === undefined) {
          taken.set(listener, resourceKey(route))
          return []
        }
        const message = `the listener "${listener}" of Gateway/${name} is taken by ${before}`
        return [{ resource: resourceKey(route), path: ['spec', 'parentRefs'], message }]
      }),
    )
  })
}

function absent(kind: Kind, name: string, resources: ResourceMap): string {
  const names = resourcesOf(resources, kind).map(({ metadata }) => metadata.name)
  return `there is no ${kind}/${name}${didYouMean(name, names)}`
}
