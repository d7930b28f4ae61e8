import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { ServicePool } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { endpointRefusals } from '../../shared/endpoint-refusals.ts'
import { gather, type Refuse } from '../../shared/gather.ts'
import { isDuration, isHostname, isWhole } from '../../shared/grammar.ts'
import type { Variant } from '../render/variants.ts'
import { COOKIE_NAME, PATH_BYTES_MAX, PLAIN_HEADER_NAME, RESOURCE_NAME } from './grammar.ts'

const CHECK_PATH = /^\/[\x21-\x7e]*$/

export function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['services', pool.name, ...path]
    const { name, connections } = pool
    const cookie = sessionCookie(pool)
    if (!RESOURCE_NAME.test(name)) refuse(at(), 'must be named by a-z, 0-9 and -')
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(at('sessionPersistence', 'sessionName'), 'must be a cookie name')
    }
    if (connections.max !== undefined && !isWhole(connections.max, 1, 1_000_000)) {
      refuse(at('connections', 'max'), 'must be a whole number from 1 to 1000000')
    }
    if (!isDuration(connections.connectTimeoutMs)) {
      refuse(at('connections', 'connectTimeoutMs'), 'must be from 1 ms to 24 h')
    }
    settingRefusals(pool, (path, message) => refuse(at(...path), message))
    healthCheckRefusals(pool, (path, message) => refuse(at('healthCheck', ...path), message))
    endpointRefusals(pool, refuse)
  })
}

function healthCheckRefusals({ healthCheck }: ServicePool, refuse: Refuse): void {
  if (healthCheck === undefined) return
  const { probe, rise, fall } = healthCheck
  for (const name of ['intervalMs', 'timeoutMs'] as const) {
    if (!isDuration(healthCheck[name])) refuse([name], 'must be from 1 ms to 24 h')
  }
  if (!isWhole(rise, 1, 1_000)) refuse(['rise'], 'must be from 1 to 1000')
  if (!isWhole(fall, 1, 1_000)) refuse(['fall'], 'must be from 1 to 1000')
  if (probe.type !== 'http') return
  if (!CHECK_PATH.test(probe.path) || probe.path.length > PATH_BYTES_MAX) {
    refuse(['probe', 'path'], 'must begin with "/" and be of printable ASCII without spaces')
  }
  const { statusFrom, statusTo } = probe
  if (!isWhole(statusFrom, 100, statusTo) || !isWhole(statusTo, statusFrom, 599)) {
    refuse(['probe', 'statusFrom'], 'must be a range within 100 to 599')
  }
}

/** What does not go with the ways in which the routes use the Service. */
export function sharingRefusals(
  pool: ServicePool,
  variants: readonly Variant[],
): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    sharing(pool, variants, (path, message) => refuse(['services', pool.name, ...path], message))
  })
}

function sharing(pool: ServicePool, variants: readonly Variant[], refuse: Refuse): void {
  const { connections, sessionPersistence, algorithm, hashOn } = pool
  const ways = variants.filter(({ ejectsNone }) => ejectsNone !== true).length
  if (connections.max !== undefined && ways > 1) {
    refuse(
      ['connections', 'max'],
      `HAProxy would count it ${ways} times, since the routes to this Service differ in retry, cache, compress or protocol: let them be the same, or name a Service for each`,
    )
  }
  if (!variants.some(({ mode }) => mode === 'tcp')) return
  if (sessionPersistence?.type === 'Cookie') {
    refuse(['sessionPersistence'], 'a TCPRoute has no cookies: use sourceIP')
  }
  if (algorithm === 'consistentHash' && (hashOn?.type ?? 'sourceIP') !== 'sourceIP') {
    refuse(['hashOn'], 'a TCPRoute has nothing but addresses: use sourceIP')
  }
  if (connections.queue !== undefined) {
    refuse(
      ['connections', 'queue'],
      'HAProxy has no limit of waiting connections, only of requests',
    )
  }
}

function settingRefusals(pool: ServicePool, refuse: Refuse): void {
  const { connections, hashOn, outlierDetection, slowStartMs, tls } = pool
  if (hashOn?.type === 'header' && !PLAIN_HEADER_NAME.test(hashOn.name)) {
    refuse(['hashOn', 'name'], 'must be of letters, digits and "-"')
  }
  if (hashOn?.type === 'cookie' && !COOKIE_NAME.test(hashOn.name)) {
    refuse(['hashOn', 'name'], 'must be a cookie name')
  }
  if (connections.queue !== undefined && !isWhole(connections.queue, 0, 1_000_000)) {
    refuse(['connections', 'queue'], 'must be a whole number from 0 to 1000000')
  }
  if (slowStartMs !== undefined && !isDuration(slowStartMs)) {
    refuse(['slowStartMs'], 'must be from 1 ms to 24 h')
  }
  if (outlierDetection !== undefined) {
    const { consecutive5xx, baseEjectionMs, maxEjectionPercent } = outlierDetection
    if (!isWhole(consecutive5xx, 1, 1_000_000)) {
      refuse(['outlierDetection', 'consecutive5xx'], 'must be a whole number from 1 to 1000000')
    }
    if (!isDuration(baseEjectionMs)) {
      refuse(['outlierDetection', 'baseEjectionMs'], 'must be from 1 ms to 24 h')
    }
    if (!isWhole(maxEjectionPercent, 0, 100)) {
      refuse(['outlierDetection', 'maxEjectionPercent'], 'must be from 0 to 100')
    }
  }
  if (tls?.serverName !== undefined && !isHostname(tls.serverName)) {
    refuse(['tls', 'serverName'], 'must be a DNS name in lower case')
  }
  for (const name of ['ca', 'clientCertificate'] as const) {
    const secret = tls?.[name]
    if (secret !== undefined && !RESOURCE_NAME.test(secret)) {
      refuse(['tls', name], 'must name a secret by a-z, 0-9 and -')
    }
  }
}
