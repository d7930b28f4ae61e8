import type { ResourceIssue } from '../issue.ts'
import { referencesOf } from '../references/references-of.ts'
import { type Kind, type ResourceMap, resourceKey, resourcesOf } from '../resources/resource.ts'
import type { Service } from '../resources/service.ts'
import { serviceSettings } from '../view/service-settings.ts'

/** What is allowed, and most likely not what was meant, over a whole desired state. Pure. */
export function resourceWarnings(resources: ResourceMap): readonly ResourceIssue[] {
  return [
    ...resourcesOf(resources, 'Service').flatMap(serviceWarnings),
    ...unused(
      resources,
      'Service',
      ['HTTPRoute', 'TCPRoute', 'Gateway'],
      'no route names this Service',
    ),
    ...unused(
      resources,
      'Secret',
      ['Gateway', 'Service', 'HTTPRoute'],
      'no Gateway, Service or HTTPRoute names this Secret',
    ),
    ...shadowedMatches(resources),
  ]
}

function serviceWarnings(service: Service): readonly ResourceIssue[] {
  const resource = resourceKey(service)
  const { pool, protection, source } = serviceSettings(service)
  const warnings: ResourceIssue[] = []
  const warn = (path: readonly string[], message: string) => {
    warnings.push({ resource, path: ['spec', ...path], message })
  }
  const lingers = source.type === 'discovery' && (protection?.lingerMs ?? 0) > 0
  if (lingers && pool.healthCheck === undefined) {
    warn(
      ['protection', 'linger'],
      'keeps lost instances although no healthCheck tells whether they still answer',
    )
  }
  if (pool.sessionPersistence !== undefined && pool.algorithm === 'consistentHash') {
    warn(
      ['sessionPersistence'],
      'and consistentHash both decide where a client goes: the cookie wins',
    )
  }
  if (pool.healthCheck !== undefined && pool.healthCheck.timeoutMs > pool.healthCheck.intervalMs) {
    warn(['healthCheck', 'timeout'], 'is longer than interval: checks overlap on some engines')
  }
  if (source.type === 'static') {
    if (source.endpoints.length === 0) warn(['endpoints'], 'is empty: requests get 503')
    else if (source.endpoints.every((endpoint) => endpoint.weight === 0)) {
      warn(['endpoints'], 'have weight 0 all of them: requests get 503')
    }
    if (service.spec?.protection !== undefined && service.spec.protection !== 'off') {
      warn(['protection'], 'has no effect on fixed endpoints: they cannot be lost')
    }
  }
  return warnings
}

/** What none of those kinds names. */
function unused(
  resources: ResourceMap,
  kind: 'Service' | 'Secret',
  by: readonly Kind[],
  message: string,
): readonly ResourceIssue[] {
  const used = new Set(
    [...resources.values()]
      .filter((resource) => by.includes(resource.kind))
      .flatMap(referencesOf)
      .flatMap((reference) => (reference.kind === kind ? [reference.name] : [])),
  )
  return resourcesOf(resources, kind)
    .filter(({ metadata }) => !used.has(metadata.name))
    .map((resource) => ({
      resource: resourceKey(resource),
      path: ['metadata', 'name'],
      message,
    }))
}

/** Within one HTTPRoute: the same match in a later rule never gets a request. */
function shadowedMatches(resources: ResourceMap): readonly ResourceIssue[] {
  return resourcesOf(resources, 'HTTPRoute').flatMap((route) => {
    const seen = new Map<string, number>()
    return route.spec.rules.flatMap((rule, ruleIndex) =>
      (rule.matches ?? [{}]).flatMap((match, matchIndex) => {
        const key = JSON.stringify([
          match.path?.type ?? 'PathPrefix',
          (match.path?.value ?? '/').replace(/(.)\/$/, '$1'),
          match.method ?? '',
          (match.headers ?? [])
            .map(({ type = 'Exact', name, value }) => [name.toLowerCase(), type, value])
            .sort(),
          (match.queryParams ?? [])
            .map(({ type = 'Exact', name, value }) => [name, type, value])
            .sort(),
        ])
        const before = seen.get(key)
        if (before === undefined) seen.set(key, ruleIndex)
        return before === undefined
          ? []
          : [
              {
                resource: resourceKey(route),
                path: ['spec', 'rules', ruleIndex, 'matches', matchIndex],
                message: `gets no request: rules[${before}] has the same match`,
              },
            ]
      }),
    )
  })
}
