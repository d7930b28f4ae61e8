import type { ServicePool } from '../../../model/view/view.ts'
import type { Destination } from './destination.ts'
import { type Directive, directive, section } from './directive.ts'
import { endpointTls } from './endpoint-tls.ts'
import { type Member, membersOf } from './member.ts'
import { stickyCookie } from './picks.ts'

/** So many members can come without a reload; each that went takes one of them until the next. */
const GROWTH = 50

/**
 * For how long a member is left out once a connection to it failed. It only bridges the time until the
 * agent's probe, or the registration's end, takes the endpoint out of the view.
 */
const RETRY_S = 1

/** A connection is idle for less than a Node.js server keeps it (5 s), so that few requests meet one that is just being closed. */
const IDLE_S = 4

/**
 * How many other members a request may be tried at whose connections could not be opened. httpd itself would
 * count the members when it reads its configuration, and with one, or none, set no number: then a request fails
 * with its first member, though others have come live since.
 */
const FURTHER_ATTEMPTS = 10

/** One service's file: a balancer for each of its destinations, all with the same members. */
export function renderBalancers(
  pool: ServicePool,
  destinations: readonly Destination[],
): readonly Directive[] {
  const members = membersOf(pool)
  return destinations.map((destination) =>
    section('Proxy', `balancer://${destination.name}`, [
      ...members.map((member) => balancerMember(member, pool, destination)),
      directive(
        'ProxySet',
        `lbmethod=${METHODS[pool.algorithm] ?? 'byrequests'}`,
        `growth=${GROWTH}`,
        `maxattempts=${FURTHER_ATTEMPTS}`,
        // Of a fixed one we need not ask; what lets nobody else in is the secret of the listener.
        'nonce=zoogate',
        ...stickiness(pool),
      ),
      ...endpointTls(pool),
    ]),
  )
}

const METHODS: Partial<Record<ServicePool['algorithm'], string>> = { leastRequest: 'bybusyness' }

function balancerMember(
  member: Member,
  { connections }: ServicePool,
  { silenceS }: Destination,
): Directive {
  const status = `${member.disabled ? 'D' : ''}${member.draining ? 'N' : ''}`
  return directive(
    'BalancerMember',
    member.url,
    `route=${member.route}`,
    `redirect=${member.note}`,
    `loadfactor=${member.loadFactor}`,
    ...(status === '' ? [] : [`status=+${status}`]),
    `retry=${RETRY_S}`,
    `ttl=${IDLE_S}`,
    `connectiontimeout=${Math.min(connections.connectTimeoutMs, 1_000 * (silenceS ?? Infinity))}ms`,
    ...(silenceS === undefined ? [] : [`timeout=${silenceS}`]),
  )
}

/**
 * httpd looks for a session in the target too, by a name of its own. No target has a `#` in it, so
 * there it finds none. A cookie's value is the route.
 */
function stickiness(pool: ServicePool): readonly string[] {
  const cookie = stickyCookie(pool)
  if (cookie === undefined) return []
  return [`stickysession=${cookie}|#`, 'stickysessionsep=Off']
}
