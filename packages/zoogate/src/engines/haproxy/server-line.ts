import type { Endpoint, ServicePool } from '../../model/view.ts'
import type { Directive } from './directive.ts'
import { addressAndPort } from './names.ts'

/**
 * Idle connections to one endpoint that are kept. A server that is added at run time keeps none
 * unless both limits are on its line.
 */
const IDLE_CONNECTIONS_MAX = 1_000
/** Half of the idle connections that nobody needed in this time are closed. */
const IDLE_PURGE = '1s'

/** The line of one endpoint in its backend section. */
export function serverLine(pool: ServicePool, endpoint: Endpoint, id: number): Directive {
  // A server line cannot say `drain`. Weight 0 is the same for requests: sessions only.
  const weight = endpoint.state === 'draining' ? 0 : endpoint.weight
  return [
    'server',
    endpoint.id,
    addressAndPort(endpoint.address, endpoint.port),
    ...serverOptions(pool, id, weight),
    ...(endpoint.state === 'down' ? ['disabled'] : []),
  ]
}

/**
 * All options of a server. `add server` does not inherit `default-server`, so the file and the
 * runtime API both have them from here.
 */
export function serverOptions(pool: ServicePool, id: number, weight: number): Directive {
  return [
    ...['id', String(id), 'weight', String(weight)],
    ...(pool.connections.max === undefined ? [] : ['maxconn', String(pool.connections.max)]),
    ...checkOptions(pool),
    ...['pool-max-conn', String(IDLE_CONNECTIONS_MAX), 'pool-purge-delay', IDLE_PURGE],
  ]
}

function checkOptions({ healthCheck }: ServicePool): Directive {
  if (healthCheck === undefined) return []
  const { intervalMs, rise, fall } = healthCheck
  return [
    ...['check', 'inter', `${intervalMs}ms`, 'rise', String(rise), 'fall', String(fall)],
    // Connections that requests could not open count as well: as many failures in a row mark the
    // endpoint down at once. Else a dead endpoint, having the fewest requests, would be leastconn's
    // favourite until the checks have noticed.
    ...['observe', 'layer4', 'error-limit', String(fall), 'on-error', 'mark-down'],
  ]
}
