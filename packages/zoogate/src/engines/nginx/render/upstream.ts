import { isIPv6 } from 'node:net'
import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { Endpoint, ServicePool } from '../../../model/view/view.ts'
import { headerVariable, literalPattern } from './condition.ts'
import { block, type Directive, directive } from './directive.ts'
import { endpointTable } from './endpoint-table.ts'
import { smallWeights } from './small-weights.ts'

/**
 * One service's file: its pool as an `upstream`, the maps of its session cookie, and the table that
 * the control socket answers with (`endpoint-table.ts`).
 * @param attempts so many times a route may ask for the same request, at whichever endpoint
 */
export function renderUpstreams(pool: ServicePool, attempts = 1): readonly Directive[] {
  const cookie = sessionCookie(pool)
  return [
    ...hashedMaps(pool),
    ...(hasPicks(pool) ? [renderPool(pool, attempts)] : []),
    ...(cookie === undefined ? [] : renderPersistence(pool, cookie)),
    ...endpointTable(pool).map(({ variable, text }) =>
      block(['map', '', variable], [directive('default', text)]),
    ),
  ]
}

/** Whether any endpoint takes requests that belong to none. */
export function hasPicks(pool: ServicePool): boolean {
  return picks(pool).length > 0
}

/** The name of a service's `upstream`. */
export function upstreamName(service: string): string {
  return service
}

/** Names the upstream of a request by its cookie; empty: no endpoint. */
export function targetVariable(service: string): string {
  return serviceVariable('target', service)
}

/** Whether the balancer itself hands out the cookie that keeps a client on its endpoint. */
export function renewsCookie({ sessionPersistence }: ServicePool): boolean {
  return sessionPersistence?.type === 'Cookie' && sessionPersistence.mode !== 'Application'
}

/** The Set-Cookie header of a response; empty: none. */
export function setCookieVariable(service: string): string {
  return serviceVariable('set_cookie', service)
}

/** A service's name has no underscore, so no two services share a variable. */
function serviceVariable(purpose: string, service: string): string {
  return `$zoogate_${purpose}_${service.replaceAll('-', '_')}`
}

/** Who takes requests that belong to nobody. */
export function picks(pool: ServicePool): readonly Endpoint[] {
  return pool.endpoints.filter(({ state, weight }) => state === 'up' && weight > 0)
}

/**
 * Idle connections that each worker keeps to a pool. They close before a Node.js server would close
 * them (5 s), so that few requests meet a connection that is just being closed; those that do are
 * sent again where the method allows it.
 */
const IDLE_CONNECTIONS = 64
const IDLE_CONNECTIONS_PERSISTENT = 4
const IDLE_TIMEOUT = '4s'

/**
 * After so many failures within the time an endpoint is left out for as long. It only bridges the
 * time until the agent's probe, or the registration's end, takes the endpoint out of the view.
 */
const FAILURES_MAX = 3
const FAILURES_WITHIN = '1s'

function renderPool(pool: ServicePool, attempts: number): Directive {
  const ejects = canEject(pool)
  const lines = repeated(serverLines(pool), attempts, pool)
  const passive = ejects
    ? [`max_fails=${FAILURES_MAX}`, `fail_timeout=${FAILURES_WITHIN}`]
    : ['max_fails=0']
  return block(
    ['upstream', upstreamName(pool.name)],
    [
      // Shared by the workers, so that counts of connections and failures are the pool's. A server
      // takes under 1 KiB of it; nginx wants 32 KiB at least.
      directive('zone', upstreamName(pool.name), `${64 + 2 * lines.length}k`),
      ...balancingDirectives(pool, hashedVariable(pool)),
      ...lines.map((line) => directive(...line, ...passive)),
      ...(ejects ? lines.map((line) => directive(...line, 'max_fails=0', 'backup')) : []),
      directive('keepalive', IDLE_CONNECTIONS),
      directive('keepalive_timeout', IDLE_TIMEOUT),
    ],
  )
}

/**
 * A request is sent to each line once. Where more attempts are wanted than there are lines, the lines
 * are there more than once; not so where connections are counted for each line, or points on a ring.
 */
function repeated(
  lines: readonly (readonly string[])[],
  attempts: number,
  { connections, algorithm }: ServicePool,
): readonly (readonly string[])[] {
  if (connections.max !== undefined || algorithm === 'consistentHash') return lines
  const times = Math.max(1, Math.ceil(attempts / lines.length))
  return Array.from({ length: times }, () => lines).flat()
}

/**
 * A line for each endpoint, with its weight. `random two` draws two different servers and, where both
 * are idle, takes the second one: of two with weights 2 and 1 the lighter gets more. So there an
 * endpoint has as many lines as units of weight instead, unless its connections are bounded: those
 * are counted for each line.
 */
export function serverLines(pool: ServicePool): readonly (readonly string[])[] {
  const endpoints = picks(pool)
  const { algorithm, connections } = pool
  const bound = connections.max === undefined ? [] : [`max_conns=${connections.max}`]
  if (algorithm === 'powerOfTwoChoices' && connections.max === undefined) {
    const units = smallWeights(endpoints)
    return endpoints.flatMap((endpoint, index) =>
      Array.from({ length: units[index] ?? 1 }, () => ['server', socketAddress(endpoint)]),
    )
  }
  const weights =
    algorithm === 'consistentHash' ? smallWeights(endpoints) : endpoints.map((each) => each.weight)
  return endpoints.map((endpoint, index) => [
    'server',
    socketAddress(endpoint),
    `weight=${weights[index]}`,
    ...bound,
  ])
}

/**
 * nginx may leave out the last endpoint of a pool too, and then answers 502 at once. Against that,
 * each endpoint is listed a second time as a backup that is never left out: it takes requests when
 * nothing else does. Backups exist with these algorithms only, and would break `max_conns`; elsewhere
 * no endpoint is left out, and a dead one costs a refused connection until the view changes.
 */
function canEject(pool: ServicePool): boolean {
  const withBackups = pool.algorithm === 'roundRobin' || pool.algorithm === 'leastRequest'
  return withBackups && pool.connections.max === undefined && picks(pool).length > 1
}

/**
 * How an upstream balances. Round robin is what it does when nothing is said; `refusals.ts` knows the
 * others.
 * @param hashed what consistentHash hashes
 */
export function balancingDirectives(
  { algorithm }: Pick<ServicePool, 'algorithm'>,
  hashed: string,
): readonly Directive[] {
  switch (algorithm) {
    case 'leastRequest':
      return [directive('least_conn')]
    case 'random':
      return [directive('random')]
    case 'powerOfTwoChoices':
      return [directive('random', 'two', 'least_conn')]
    case 'consistentHash':
      return [directive('hash', hashed, 'consistent')]
    default:
      return []
  }
}

/** What of a request consistentHash hashes: {@link hashedMaps} makes it. */
function hashedVariable(pool: ServicePool): string {
  return pool.hashOn === undefined || pool.hashOn.type === 'sourceIP'
    ? '$remote_addr'
    : serviceVariable('hashed', pool.name)
}

/** A request without the header or cookie is spread by its address, not all to one endpoint. */
function hashedMaps(pool: ServicePool): readonly Directive[] {
  const { algorithm, hashOn } = pool
  if (algorithm !== 'consistentHash' || hashOn === undefined || hashOn.type === 'sourceIP')
    return []
  const variable = serviceVariable('hashed', pool.name)
  switch (hashOn.type) {
    case 'path':
      return [block(['map', '$zoogate_path', variable], [directive('default', '$zoogate_path')])]
    case 'header': {
      const header = headerVariable(hashOn.name)
      return [
        block(
          ['map', header, variable],
          [directive('default', header), directive('', '$remote_addr')],
        ),
      ]
    }
    case 'cookie':
      return [
        block(
          ['map', '$http_cookie', variable],
          [
            directive('default', '$remote_addr'),
            directive(cookiePattern(hashOn.name, '[^;]+'), '$1'),
          ],
        ),
      ]
  }
}

/** Finds a cookie in a Cookie header: names are told apart by letter case, which nginx's are not. */
function cookiePattern(name: string, value: string): string {
  return `~(?:^|;[ \\t]*)${literalPattern(name)}=(${value})`
}

/** How many others stand in for an endpoint whose sessions it cannot take. */
const STAND_INS = 3

/**
 * Cookie persistence from nginx's own parts. The cookie's value is an endpoint's id, and leads to an
 * upstream of that endpoint alone, with others as backups; the response's Set-Cookie names whoever
 * answered, where that is not whom the cookie named. An endpoint that is draining, or has weight 0,
 * is not in the pool but has its upstream, so it keeps its sessions and gets no new ones.
 */
function renderPersistence(pool: ServicePool, cookieName: string): readonly Directive[] {
  const members = pool.endpoints.filter(({ state }) => state !== 'down')
  const isOurs = renewsCookie(pool)
  const cookie = serviceVariable('cookie', pool.name)
  const chosen = isOurs ? cookie : serviceVariable('chosen', pool.name)
  const answered = serviceVariable('answered', pool.name)
  const found = serviceVariable('found', pool.name)
  const twins = caseTwins(members)
  const names = members.map(({ id }, index) => memberUpstream(pool.name, id, index, twins))
  return [
    ...members.map((endpoint, index) =>
      block(
        ['upstream', names[index] ?? ''],
        [
          directive('server', socketAddress(endpoint), 'max_fails=0'),
          ...standIns(picks(pool), endpoint).map((other) =>
            directive('server', socketAddress(other), 'max_fails=0', 'backup'),
          ),
          directive('keepalive', IDLE_CONNECTIONS_PERSISTENT),
          directive('keepalive_timeout', IDLE_TIMEOUT),
        ],
      ),
    ),
    block(
      ['map', '$http_cookie', cookie],
      [directive('default', ''), directive(cookiePattern(cookieName, '[^;]*'), '$1')],
    ),
    ...(isOurs ? [] : [endOfCookie(cookie, chosen, members)]),
    block(
      ['map', chosen, found],
      [
        directive('default', ''),
        ...members.map((endpoint, index) =>
          directive(idKey(endpoint.id, twins), names[index] ?? ''),
        ),
      ],
    ),
    // A map finds `a` where `A` is asked for.
    block(
      ['map', `${chosen}|${found}`, targetVariable(pool.name)],
      [
        directive('default', hasPicks(pool) ? upstreamName(pool.name) : ''),
        directive(`~^([^|]+)\\|${literalPattern(pool.name)}\\.\\1(?:~[0-9]+)?\\z`, found),
      ],
    ),
    ...(isOurs ? setCookie() : []),
  ]

  function setCookie(): readonly Directive[] {
    return [
      block(
        ['map', '$zoogate_last_upstream', answered],
        [
          directive('default', ''),
          ...distinctAddresses(members).map(({ id, address }) => directive(address, id)),
        ],
      ),
      block(
        ['map', `${cookie}|${answered}`, setCookieVariable(pool.name)],
        [
          directive('default', `${cookieName}=${answered}; Path=/; HttpOnly`),
          directive('~\\|\\z', ''),
          directive('~^(.+)\\|\\1\\z', ''),
        ],
      ),
    ]
  }
}

/** The application's cookie ends in a dot and an endpoint's id, which may have dots in it too. */
function endOfCookie(cookie: string, id: string, members: readonly Endpoint[]): Directive {
  return block(
    ['map', cookie, id],
    [
      directive('default', ''),
      ...members
        .filter((member) => member.id.includes('.'))
        .sort((a, b) => b.id.length - a.id.length)
        .map((member) => directive(`~\\.${literalPattern(member.id)}"?\\z`, member.id)),
      directive('~\\.([^."]*)"?\\z', '$1'),
    ],
  )
}

/** Upstreams are told apart without letter case, ids with it. `~` is in no id. */
function memberUpstream(
  service: string,
  id: string,
  index: number,
  twins: ReadonlySet<string>,
): string {
  return twins.has(id) ? `${service}.${id}~${index}` : `${service}.${id}`
}

/**
 * A map's plain keys are looked up by hash, and without letter case; so ids that differ in nothing
 * else are regular expressions. The backslash keeps an id that is a map's keyword (`default`,
 * `include`, `volatile`) what it is.
 */
function idKey(id: string, twins: ReadonlySet<string>): string {
  return twins.has(id) ? `~^${literalPattern(id)}\\z` : `\\${id}`
}

/** Ids that another one equals but for letter case. */
function caseTwins(members: readonly Endpoint[]): ReadonlySet<string> {
  const counts = new Map<string, number>()
  for (const { id } of members)
    counts.set(id.toLowerCase(), (counts.get(id.toLowerCase()) ?? 0) + 1)
  return new Set(members.map(({ id }) => id).filter((id) => counts.get(id.toLowerCase()) !== 1))
}

/** The next ones by id after the endpoint, so that each stands in for about as many. */
function standIns(pool: readonly Endpoint[], endpoint: Endpoint): readonly Endpoint[] {
  const others = pool.filter(({ id }) => id !== endpoint.id)
  const next = others.findIndex(({ id }) => id > endpoint.id)
  const start = next < 0 ? 0 : next
  return [...others.slice(start), ...others.slice(0, start)].slice(0, STAND_INS)
}

/** Where two ids share an address, an answer counts as the first one's. */
function distinctAddresses(members: readonly Endpoint[]) {
  const seen = new Map<string, string>()
  for (const endpoint of members) {
    const address = socketAddress(endpoint)
    if (!seen.has(address)) seen.set(address, endpoint.id)
  }
  return [...seen].map(([address, id]) => ({ address, id }))
}

/** `10.0.0.1:80` or `[fd00::1]:80`, spelled as nginx spells it in `$upstream_addr`. */
function socketAddress({ address, port }: Pick<Endpoint, 'address' | 'port'>): string {
  if (!isIPv6(address)) return `${address}:${port}`
  return `${canonicalHost(address)}:${port}`
}

/** The shortest spelling of an IPv6 address, in brackets (RFC 5952, as the URL standard has it). */
function canonicalHost(address: string): string {
  return new URL(`http://[${address}]`).hostname
}
