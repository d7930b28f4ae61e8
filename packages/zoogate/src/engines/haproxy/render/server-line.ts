import type { Endpoint, ServicePool } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'
import { addressAndPort, authorityFile, certificateFile } from './names.ts'
import { quoteArgument } from './quoting.ts'
import type { Variant } from './variants.ts'

/** What decides on a server's line beside its pool. */
type LineVariant = Pick<Variant, 'mode' | 'ejectsNone'>

/**
 * Idle connections to one endpoint that are kept. A server that is added at run time keeps none
 * unless both limits are on its line.
 */
const IDLE_CONNECTIONS_MAX = 1_000
/** Half of the idle connections that nobody needed in this time are closed. */
const IDLE_PURGE = '1s'

export const IDLE_POOL: Directive = [
  ...['pool-max-conn', String(IDLE_CONNECTIONS_MAX), 'pool-purge-delay', IDLE_PURGE],
]

/** The line of one endpoint in its backend section. */
export function serverLine(
  pool: ServicePool,
  variant: LineVariant,
  endpoint: Endpoint,
  id: number,
): Directive {
  // A server line cannot say `drain`. Weight 0 is the same for requests: sessions only.
  const weight = endpoint.state === 'draining' ? 0 : endpoint.weight
  return [
    'server',
    endpoint.id,
    addressAndPort(endpoint.address, endpoint.port),
    ...serverOptions(pool, variant, id, weight),
    ...(endpoint.state === 'down' ? ['disabled'] : []),
  ]
}

/**
 * All options of a server. `add server` does not inherit `default-server`, so the file and the
 * runtime API both have them from here.
 */
export function serverOptions(
  pool: ServicePool,
  variant: LineVariant,
  id: number,
  weight: number,
): Directive {
  const { connections, slowStartMs } = pool
  return [
    ...['id', String(id), 'weight', String(weight)],
    ...(connections.max === undefined ? [] : ['maxconn', String(connections.max)]),
    ...checkOptions(pool, variant),
    ...(slowStartMs === undefined ? [] : ['slowstart', `${slowStartMs}ms`]),
    ...tlsOptions(pool, variant),
    ...IDLE_POOL,
  ]
}

/** Whether HAProxy runs checks on these servers. */
export function isChecked(pool: ServicePool, variant: LineVariant): boolean {
  return checkOptions(pool, variant).length > 0
}

function checkOptions(pool: ServicePool, variant: LineVariant): Directive {
  const { healthCheck, outlierDetection } = pool
  if (outlierDetection !== undefined && variant.ejectsNone !== true) {
    return ejectingOptions(pool, variant)
  }
  if (healthCheck === undefined) return []
  const { intervalMs, rise, fall } = healthCheck
  return [
    ...['check', 'inter', `${intervalMs}ms`, 'rise', String(rise), 'fall', String(fall)],
    // Connections that requests could not open count as well: as many failures in a row mark the
    // endpoint down at once. Else a dead endpoint, having the fewest requests, would be leastconn's
    // favourite until the checks have noticed.
    ...['observe', 'layer4', 'error-limit', String(fall), 'on-error', 'mark-down'],
    ...endSessions(pool, variant),
  ]
}

/** Where nobody asked for checks, a server that refuses one is not down for it. */
const NEVER = 1_000_000
/** A check that finds an ejected endpoint well, and begins the time that it is out. */
const RETURN_CHECKS = 10

/**
 * An ejected endpoint is one whose check failed, in HAProxy's eyes: it comes back by `rise` checks
 * that pass. The first comes when it is due anyway, the others after the time to be out.
 */
function ejectingOptions(
  { healthCheck, outlierDetection }: ServicePool,
  { mode }: LineVariant,
): Directive {
  const { consecutive5xx = 1, baseEjectionMs = 1 } = outlierDetection ?? {}
  const rise = Math.max(2, healthCheck?.rise ?? 2)
  const out = Math.ceil(baseEjectionMs / (rise - 1))
  const inter = healthCheck?.intervalMs ?? Math.max(1_000, Math.ceil(out / RETURN_CHECKS))
  return [
    ...['check', 'inter', `${inter}ms`, 'downinter', `${out}ms`, 'rise', String(rise)],
    ...[
      'fall',
      String(healthCheck?.fall ?? NEVER),
      'observe',
      mode === 'tcp' ? 'layer4' : 'layer7',
    ],
    ...['error-limit', String(consecutive5xx), 'on-error', 'mark-down'],
  ]
}

/** A member without a quorum serves nobody: who is connected to it shall find another one. */
function endSessions({ healthCheck }: ServicePool, { mode }: LineVariant): Directive {
  const isMember = mode === 'tcp' && healthCheck?.probe.type === 'zookeeper'
  return isMember ? ['on-marked-down', 'shutdown-sessions'] : []
}

/**
 * HAProxy holds a certificate to the name that it sends. Where no name is given, one that is verified
 * is sent none: it is held to its signer alone.
 */
function tlsOptions({ tls }: ServicePool, { mode }: LineVariant): Directive {
  if (tls === undefined) return []
  const { verify, serverName, ca, clientCertificate } = tls
  const authority = ca === undefined ? '@system-ca' : authorityFile(ca)
  return [
    'ssl',
    ...(verify ? ['verify', 'required', 'ca-file', authority] : ['verify', 'none']),
    ...(serverName === undefined
      ? verify || mode === 'tcp'
        ? []
        : ['sni', 'req.hdr(host),host_only']
      : [
          ...['sni', `str(${quoteArgument(serverName)})`, 'check-sni', serverName],
          ...(verify ? ['verifyhost', serverName] : []),
        ]),
    ...(clientCertificate === undefined ? [] : ['crt', certificateFile(clientCertificate)]),
  ]
}
