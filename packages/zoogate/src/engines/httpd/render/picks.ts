import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { HashOn, ServicePool } from '../../../model/view/view.ts'
import type { Destination } from './destination.ts'
import { type Directive, directive, expanded, rewriteDirective } from './directive.ts'
import { bucketsFile, runtimePath } from './files.ts'
import { literalPattern } from './pattern.ts'
import { condition, rule } from './request-checks.ts'
import { DESTINATION } from './routes.ts'
import { isKeptByAddress, KEPT_SERVICE } from './source-sessions.ts'

/**
 * httpd's balancers know neither random nor hashes, nor addresses. For those a map says which member a request goes
 * to (`buckets.ts`), and the request gets the session cookie that names it, as if it had come with it:
 * so others stand in where that member cannot be reached. The endpoint sees the cookie.
 */
export function isPicked(pool: PickedPool): boolean {
  const { algorithm } = pool
  return algorithm === 'random' || algorithm === 'consistentHash' || isKeptByAddress(pool)
}

type PickedPool = Pick<ServicePool, 'algorithm' | 'sessionPersistence'>

/** The cookie where the service has no session cookie of its own. */
const PICK_COOKIE = 'zoogate-pick'

/** The cookie by which a balancer finds a member; undefined: by none. Its value is the member's route. */
export function stickyCookie(pool: ServicePool): string | undefined {
  if (applicationCookie(pool) !== undefined) return PICK_COOKIE
  return sessionCookie(pool) ?? (isPicked(pool) ? PICK_COOKIE : undefined)
}

/** httpd itself would take what is behind the first dot of the application's cookie, not the last. */
function applicationCookie({ sessionPersistence: session }: ServicePool): string | undefined {
  const isTheirs = session?.type === 'Cookie' && session.mode === 'Application'
  return isTheirs ? session.sessionName : undefined
}

/** Draws a hexadecimal digit. */
const DIGIT_MAP = 'zoogate_digit'
export const DIGITS_FILE = 'digits.map'
export const DIGITS_TEXT = 'any 0|1|2|3|4|5|6|7|8|9|a|b|c|d|e|f\n'
const DIGIT = `\${${DIGIT_MAP}:any}`

export const PICK = 'zoogate_pick'
const KEY = 'zoogate_key'

/** For one listener, behind its routes. */
export function pickRules(
  pools: readonly ServicePool[],
  destinations: ReadonlyMap<string, readonly Destination[]>,
): readonly Directive[] {
  const picked = pools.filter((pool) => isPicked(pool) || applicationCookie(pool) !== undefined)
  if (picked.length === 0) return []
  return [
    expanded(directive('RewriteMap', DIGIT_MAP, `rnd:${runtimePath(DIGITS_FILE)}`)),
    ...picked.flatMap((pool) => servicePick(pool, destinations.get(pool.name) ?? [])),
  ]
}

function servicePick(
  pool: ServicePool,
  destinations: readonly Destination[],
): readonly Directive[] {
  const map = `zoogate_buckets_${pool.name}`
  const names = destinations.map(({ name }) => literalPattern(name)).join('|')
  const cookie = stickyCookie(pool) ?? ''
  const mine = condition(DESTINATION, `^(?:${names})$`)
  // Who has a session goes where it is.
  const theirs = applicationCookie(pool)
  const free =
    theirs !== undefined || sessionCookie(pool) === undefined
      ? []
      : [condition('%{HTTP:Cookie}', `!(?:^|;[ \\t]*)${literalPattern(cookie)}=[^;]`)]
  const bucket = (of: string) => rule(`E=${PICK}:${cookie}=\${${map}:${of}}`)
  const session =
    theirs === undefined
      ? []
      : [
          mine,
          condition(
            '%{HTTP:Cookie}',
            `(?:^|;[ \\t]*)${literalPattern(theirs)}=[^;]*\\.([^.; \\t]+)[ \\t]*(?:;|$)`,
          ),
          rule(`E=${PICK}:${cookie}=%1`),
        ]
  if (!isPicked(pool)) return session
  return [
    expanded(directive('RewriteMap', map, `txt:${runtimePath(bucketsFile(pool.name))}`)),
    ...(isKeptByAddress(pool) ? [mine, rule(`E=${KEPT_SERVICE}:${pool.name}`)] : []),
    ...(pool.algorithm !== 'consistentHash'
      ? [mine, ...free, bucket(DIGIT + DIGIT + DIGIT)]
      : [
          ...hashKey(pool.hashOn ?? { type: 'sourceIP' }, mine),
          mine,
          ...free,
          rewriteDirective('RewriteCond', 'expr', `md5(%{ENV:${KEY}}) =~ /^(...)/`),
          bucket('%1'),
        ]),
    // After the others: who has a session goes where it is.
    ...session,
  ]
}

function hashKey(on: HashOn, mine: Directive): readonly Directive[] {
  switch (on.type) {
    case 'sourceIP':
      return [mine, rule(`E=${KEY}:%{REMOTE_ADDR}`)]
    case 'path':
      return [mine, rule(`E=${KEY}:%{REQUEST_URI}`)]
    case 'header':
      return [mine, rule(`E=${KEY}:%{HTTP:${on.name}}`)]
    case 'cookie':
      return [
        mine,
        condition('%{HTTP:Cookie}', `(?:^|;[ \\t]*)${literalPattern(on.name)}=([^;]*)`),
        rule(`E=${KEY}:%1`),
      ]
  }
}

/** A further try (`further-tries.ts`) has it already. */
const IS_FIRST = '-z %{ENV:REDIRECT_STATUS}'

/** Shows the balancer the cookie. For all listeners. */
export function pickHeaders(): readonly Directive[] {
  return [
    directive(
      ...(['RequestHeader', 'edit', 'Cookie', '^'] as const),
      ...([`%{${PICK}}e; `, `expr=-n %{ENV:${PICK}} && ${IS_FIRST}`] as const),
    ),
    directive(
      ...(['RequestHeader', 'set', 'Cookie'] as const),
      ...([
        `%{${PICK}}e`,
        `expr=-n %{ENV:${PICK}} && ${IS_FIRST} && -z %{req_novary:Cookie}`,
      ] as const),
    ),
  ]
}

/** What tells that the request came without a session and was given one. */
export const WAS_PICKED = `-n %{ENV:${PICK}}`
