import { sessionCookie } from '../../model/view/session-cookie.ts'
import type { ServicePool, View } from '../../model/view/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { featureRefusals } from '../feature-refusals.ts'
import { routeRefusals as sharedRouteRefusals } from '../route-refusals.ts'
import { endpointRefusals } from '../shared/endpoint-refusals.ts'
import { gather } from '../shared/gather.ts'
import { isDuration, isResourceName } from '../shared/grammar.ts'
import { CARRIED, REASONS } from './features.ts'
import { gatewayRefusals } from './refusals/gateway-refusals.ts'
import { routeRefusals } from './refusals/route-refusals.ts'
import { isKeptByAddress } from './render/source-sessions.ts'

const HEADER_NAME = /^[A-Za-z0-9-]{1,128}$/
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** Tokens of RFC 9110 without `|`, at which httpd divides two names, and what its formats read. */
const COOKIE_NAME = /^[A-Za-z0-9!#&'*+.^_~-]{1,60}$/

/**
 * What httpd cannot carry of a view, by field. It also checks the grammar of every text that goes
 * into the configuration: resources and registrations are checked where they come in, and here once
 * more, so that rendering does not depend on it.
 */
export function refusals(view: View): readonly EngineRefusal[] {
  return [
    ...featureRefusals(view, 'httpd', CARRIED, REASONS),
    ...sharedRouteRefusals(view),
    ...gatewayRefusals(view),
    ...view.routes.flatMap((route, index) => routeRefusals(view, route, index)),
    ...[...view.services.values()].flatMap(serviceRefusals),
  ]
}

function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['services', pool.name, ...path]
    if (!SERVICE_NAME.test(pool.name)) refuse(at(), 'must be named by a-z, 0-9 and -')
    const cookie = sessionCookie(pool)
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(
        at('sessionPersistence', 'sessionName'),
        'must be a cookie name of at most 60 characters, without "$", "%", "`" and "|" for httpd',
      )
    }
    const { hashOn } = pool
    if (hashOn?.type === 'header' && !HEADER_NAME.test(hashOn.name)) {
      refuse(at('hashOn', 'name'), 'must be of letters, digits and "-"')
    }
    if (hashOn?.type === 'cookie' && !COOKIE_NAME.test(hashOn.name)) {
      refuse(at('hashOn', 'name'), 'must be a cookie name of at most 60 characters')
    }
    if (!isDuration(pool.connections.connectTimeoutMs)) {
      refuse(at('connections', 'connectTimeoutMs'), 'must be from 1 ms to 24 h')
    }
    if (pool.slowStartMs !== undefined) {
      if (!isDuration(pool.slowStartMs)) refuse(at('slowStartMs'), 'must be from 1 ms to 24 h')
      if (pool.algorithm === 'leastRequest') {
        refuse(
          at('slowStartMs'),
          'httpd looks at weights only among endpoints with as many requests, and a new one has none: it would get all at once. Use roundRobin, random or consistentHash, or leave slowStart out',
        )
      }
    }
    if (isKeptByAddress(pool) && pool.algorithm === 'leastRequest') {
      refuse(
        at('sessionPersistence', 'type'),
        'httpd has to know where a new address goes before its balancer chooses: use roundRobin, random or consistentHash, or a cookie',
      )
    }
    const { tls } = pool
    for (const name of ['ca', 'clientCertificate'] as const) {
      const secret = tls?.[name]
      if (secret !== undefined && !isResourceName(secret)) {
        refuse(at('tls', name), 'must be the name of a Secret')
      }
    }
    if (tls !== undefined && pool.healthCheck?.probe.type === 'http') {
      refuse(at('healthCheck'), 'httpd has the agent check, which speaks no TLS: check by tcp')
    }
    endpointRefusals(pool, refuse)
  })
}
