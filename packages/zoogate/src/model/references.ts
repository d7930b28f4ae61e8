import type { FieldPath } from './field-path.ts'
import type { HTTPRoute } from './http-route.ts'
import type { ResourceIssue } from './issue.ts'
import { didYouMean } from './nearest-name.ts'
import { type Kind, type ResourceMap, resourceKey, resourceOf, resourcesOf } from './resource.ts'

/** Names that point at nothing, over a whole desired state. Pure. */
export function referenceIssues(resources: ResourceMap): readonly ResourceIssue[] {
  const services = namesOf(resources, 'Service')
  const demos = resourcesOf(resources, 'Demo').flatMap((demo) =>
    services.includes(demo.spec.service)
      ? []
      : [
          {
            resource: resourceKey(demo),
            path: ['spec', 'service'],
            message: absent('Service', demo.spec.service, services),
          },
        ],
  )
  const routes = resourcesOf(resources, 'HTTPRoute').flatMap((route) => [
    ...parentIssues(route, resources),
    ...backendIssues(route, services),
  ])
  return [...routes, ...demos]
}

function parentIssues(route: HTTPRoute, resources: ResourceMap): readonly ResourceIssue[] {
  const gateways = namesOf(resources, 'Gateway')
  return route.spec.parentRefs.flatMap(({ name, sectionName }, index) => {
    const path: FieldPath = ['spec', 'parentRefs', index]
    const resource = resourceKey(route)
    const gateway = resourceOf(resources, 'Gateway', name)
    if (gateway === undefined) {
      return [{ resource, path: [...path, 'name'], message: absent('Gateway', name, gateways) }]
    }
    const listeners = gateway.spec.listeners.map((listener) => listener.name)
    if (sectionName === undefined || listeners.includes(sectionName)) return []
    const hint = didYouMean(sectionName, listeners)
    const known = hint === '' ? ` (it has: ${listeners.join(', ')})` : hint
    const message = `Gateway/${name} has no listener "${sectionName}"${known}`
    return [{ resource, path: [...path, 'sectionName'], message }]
  })
}

function backendIssues(route: HTTPRoute, services: readonly string[]): readonly ResourceIssue[] {
  return route.spec.rules.flatMap((rule, ruleIndex) =>
    rule.backendRefs.flatMap(({ name }, index) =>
      services.includes(name)
        ? []
        : [
            {
              resource: resourceKey(route),
              path: ['spec', 'rules', ruleIndex, 'backendRefs', index, 'name'],
              message: absent('Service', name, services),
            },
          ],
    ),
  )
}

function absent(kind: Kind, name: string, known: readonly string[]): string {
  return `there is no ${kind}/${name}${didYouMean(name, known)}`
}

function namesOf(resources: ResourceMap, kind: Kind): readonly string[] {
  return resourcesOf(resources, kind).map((resource) => resource.metadata.name)
}
