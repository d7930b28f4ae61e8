import { expect, it } from 'vitest'
import { refusalIssue } from '../../../src/model/checks/engine-refusals.ts'
import { FEATURES } from '../../../src/model/features/index.ts'
import { formatFieldPath } from '../../../src/model/field-path.ts'
import { buildStructure } from '../../../src/model/view/builder.ts'
import { everythingYaml, resources } from '../sample-resources.ts'

const state = resources(everythingYaml)
const view = buildStructure('edge', 1, state)

it.each([
  // The resource's own field is kept.
  ['spec.rules[0].matches[1].method', 'HTTPRoute/x', 'spec.rules[0].matches[1].method'],
  // A field of the view is led back to where people wrote it.
  ['routes[2].method', 'HTTPRoute/shop', 'spec.rules[0].matches[0].method'],
  ['routes[2].hostname', 'HTTPRoute/shop', 'spec.hostnames[1]'],
  ['routes[0].backends[1].service', 'HTTPRoute/shop', 'spec.rules[0].backendRefs[1].name'],
  ['routes[0].timeouts.requestMs', 'HTTPRoute/shop', 'spec.rules[0].timeouts.request'],
  ['routes[1]', 'HTTPRoute/shop', 'spec.rules[0].matches[1]'],
  ['services["shop"].algorithm', 'Service/shop', 'spec.balance.algorithm'],
  ['services.shop.healthCheck.timeoutMs', 'Service/shop', 'spec.healthCheck.timeout'],
  [
    'services.shop.sessionPersistence.sessionName',
    'Service/shop',
    'spec.sessionPersistence.sessionName',
  ],
  ['routes[2].query[0].value', 'HTTPRoute/shop', 'spec.rules[0].matches[0].queryParams[0].value'],
  [
    'routes[0].requestHeaders.set[0].value',
    'HTTPRoute/shop',
    'spec.rules[0].filters[0].requestHeaderModifier.set[0].value',
  ],
  [
    'routes[0].responseHeaders',
    'HTTPRoute/shop',
    'spec.rules[0].filters[1].responseHeaderModifier',
  ],
  [
    'routes[0].rewrite.path.value',
    'HTTPRoute/shop',
    'spec.rules[0].filters[2].urlRewrite.path.replaceFullPath',
  ],
  [
    'routes[0].mirrors[0].service',
    'HTTPRoute/shop',
    'spec.rules[0].filters[3].requestMirror.backendRef.name',
  ],
  ['routes[0].mirrors[7]', 'HTTPRoute/shop', 'spec.rules[0].filters'],
  [
    'routes[0].access.basicAuth.users',
    'HTTPRoute/shop',
    'spec.rules[0].filters[4].access.basicAuth.usersRef.name',
  ],
  ['routes[0].rateLimit.perMs', 'HTTPRoute/shop', 'spec.rules[0].filters[5].rateLimit.per'],
  ['routes[0].cache.maxAgeMs', 'HTTPRoute/shop', 'spec.rules[0].filters[6].cache.maxAge'],
  ['routes[0].retry.codes[1]', 'HTTPRoute/shop', 'spec.rules[0].retry.codes[1]'],
  ['routes[9].answer', 'HTTPRoute/site', 'spec.rules[0].filters[0].requestRedirect'],
  [
    'routes[9].answer.path.value',
    'HTTPRoute/site',
    'spec.rules[0].filters[0].requestRedirect.path.replacePrefixMatch',
  ],
  ['routes[6].backends', 'HTTPRoute/site', 'spec.rules[2].backendRefs'],
  ['routes[4].answer.root', 'HTTPRoute/site', 'spec.rules[3].static.root'],
  ['tcpRoutes[0].backends', 'TCPRoute/zookeeper', 'spec.rules[0].backendRefs'],
  ['tcpRoutes[0].backends[0].weight', 'TCPRoute/zookeeper', 'spec.rules[0].backendRefs[0].weight'],
  ['tcpRoutes[0].listeners', 'TCPRoute/zookeeper', 'spec.parentRefs'],
  ['services.shop.hashOn', 'Service/shop', 'spec.balance.hashOn'],
  ['services.shop.sessionPersistence.mode', 'Service/shop', 'spec.sessionPersistence.cookie.mode'],
  ['services.shop.healthCheck.probe.statusFrom', 'Service/shop', 'spec.healthCheck.http.status'],
  ['services.ensemble.healthCheck.probe', 'Service/ensemble', 'spec.healthCheck.zookeeper'],
  ['services.shop.slowStartMs', 'Service/shop', 'spec.slowStart'],
  [
    'services.shop.outlierDetection.baseEjectionMs',
    'Service/shop',
    'spec.outlierDetection.baseEjectionTime',
  ],
  ['services.shop.tls.clientCertificate', 'Service/shop', 'spec.tls.clientCertificateRef'],
  ['secrets[3]', 'Secret/shop', 'spec'],
  ['listeners[1].tls.certificates[0]', 'Gateway/edge', 'spec.listeners[1].tls.certificateRefs[0]'],
  [
    'listeners[1].tls.clientCertificates.ca',
    'Gateway/edge',
    'spec.listeners[1].tls.clientCertificates.caRef',
  ],
  ['limits.idleMs', 'Gateway/edge', 'spec.limits.idle'],
  ['clientAddress.trustedProxies[1]', 'Gateway/edge', 'spec.clientAddress.trustedProxies[1]'],
  ['listeners[0].address', 'Gateway/edge', 'spec.listeners[0].address'],
  ['concurrency.keepAliveMs', 'Gateway/edge', 'spec.concurrency.keepAlive'],
  // What leads nowhere stays as the engine said it.
  ['routes[99].method', 'HTTPRoute/x', 'routes[99].method'],
])('%s is %s %s', (field, resource, written) => {
  if (view === undefined) throw new Error('no view')
  const issue = refusalIssue({ resource: 'HTTPRoute/x', field, message: 'no' }, view, state)
  expect([issue.resource, formatFieldPath(issue.path)]).toEqual([resource, written])
})

/** Whether a resource has something at a path. */
function isWritten(value: unknown, [step, ...rest]: readonly (string | number)[]): boolean {
  if (step === undefined) return value !== undefined
  const found = Object.entries(value ?? {}).find(([name]) => name === String(step))
  return found !== undefined && isWritten(found[1], rest)
}

/** What is the default is not written: the place of the nearest field that is will do. */
const written = FEATURES.filter(({ name }) => !name.endsWith('=roundRobin'))

it.each(written)('what is refused for $name is told where it was written', ({ uses }) => {
  if (view === undefined) throw new Error('no view')
  for (const { resource, path } of uses(view)) {
    const field = formatFieldPath(path)
    const issue = refusalIssue({ resource, field, message: 'no' }, view, state)
    expect(issue.resource).toBe(resource)
    expect([formatFieldPath(issue.path), isWritten(state.get(resource), issue.path)]).toEqual([
      formatFieldPath(issue.path),
      true,
    ])
  }
})
