import { ANSWERS } from '@zoogate/proxy/request-rules'
import type { ServicePool } from '../../../model/view/view.ts'
import { answer } from './answer.ts'
import { balance } from './balance.ts'
import type { Directive, Section } from './directive.ts'
import { healthCheck } from './health-check.ts'
import { persistence } from './persistence.ts'
import { serverIds } from './server-id.ts'
import { serverLine } from './server-line.ts'
import { routeTimeout } from './timeouts.ts'
import { backendName, type Variant } from './variants.ts'

/** Only what RFC 9110 section 9.2.2 calls idempotent is sent again after a byte of it was sent. */
const IDEMPOTENT_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']

/** Tells the frontend that a response's Cache-Control is ours. */
export const DEFAULT_AGE_HEADER = 'x-zoogate-default-age'
/**
 * What Cache-Control ends with while the cache looks at it: HAProxy takes two bytes that lie behind a
 * closing `max-age=2` for its digits (`http_calc_maxage`, as of 2.6), whatever was there before.
 */
export const AGE_END = ', x-zoogate-end'

/** A backend section that carries a Service. */
export function backendSection(pool: ServicePool, variant: Variant): Section {
  const ids = serverIds(pool.endpoints.map(({ id }) => id))
  const name = backendName(pool.name, variant)
  return {
    heading: ['backend', name],
    directives: [
      ...(variant.mode === 'tcp' ? [['mode', 'tcp']] : []),
      ...balance(pool, variant),
      ['timeout', 'connect', `${pool.connections.connectTimeoutMs}ms`],
      ...(variant.mode === 'tcp' ? [] : ofRequests(pool, name, variant)),
      ...persistence(pool),
      ...healthCheck(pool),
      ...pool.endpoints.map((endpoint) =>
        serverLine(pool, variant, endpoint, ids.get(endpoint.id) ?? 0),
      ),
    ],
  }
}

function ofRequests(pool: ServicePool, name: string, variant: Variant): readonly Directive[] {
  return [
    ...(variant.retry === undefined ? [] : retries(variant.retry)),
    ['http-request', 'disable-l7-retry', 'unless', '{', 'method', ...IDEMPOTENT_METHODS, '}'],
    ...keep(variant),
    ...limitQueue(pool, name),
    routeTimeout(),
    // A WebSocket that its client has left is over, though its endpoint says nothing to that.
    ['timeout', 'server-fin', '10s'],
    ...compress(variant),
  ]
}

/** A timeout and an answer that is none are failures like those that have the gateway's own codes. */
function retries({
  attempts,
  codes,
  afterTimeout,
}: NonNullable<Variant['retry']>): readonly Directive[] {
  return [
    ['retries', String(attempts)],
    [
      ...['retry-on', 'conn-failure', 'empty-response'],
      ...(codes.includes(502) ? ['junk-response'] : []),
      ...(afterTimeout ? ['response-timeout'] : []),
      ...codes.map(String),
    ],
  ]
}

/** What the backend answers is kept. Before anything changes the request, whose URL it is kept by. */
export function keep({ cache }: Variant): readonly Directive[] {
  return cache === undefined ? [] : useCache(cache)
}

/**
 * What is stored is the response before anything is added for one client. HAProxy keeps only what
 * tells its age, so that a response which does not is given one, and the frontend takes it away again.
 */
function useCache({ name, maxAgeMs }: NonNullable<Variant['cache']>): readonly Directive[] {
  const has = (header: string) => ['{', `res.fhdr(${header})`, '-m', 'found', '}']
  const hasNone = ['cache-control', 'expires'].flatMap((header) => has(header).with(0, '!{'))
  const seconds = Math.max(1, Math.round(maxAgeMs / 1_000))
  const isOurs = [...has(DEFAULT_AGE_HEADER)]
  return [
    ['filter', 'cache', name],
    // Who opens a WebSocket is not asking for what is kept.
    ['http-request', 'cache-use', name, 'unless', '{', 'req.hdr(upgrade)', '-m', 'found', '}'],
    [
      'http-response',
      'del-header',
      DEFAULT_AGE_HEADER,
      'unless',
      '{',
      'res.fhdr(age)',
      '-m',
      'found',
      '}',
    ],
    ['http-response', 'set-header', DEFAULT_AGE_HEADER, '1', 'if', ...hasNone],
    ['http-response', 'set-header', 'Cache-Control', `max-age=${seconds}`, 'if', ...isOurs],
    [
      ...['http-response', 'replace-header', 'Cache-Control', '^(.*)$', `\\1${AGE_END}`],
      ...['unless', '{', 'res.fhdr(cache-control)', '-m', 'end', AGE_END, '}'],
    ],
    // Somebody's session is nobody else's.
    ['http-response', 'cache-store', name, 'unless', ...has('set-cookie')],
  ]
}

/** A request waits where every endpoint has as many as it may; this many may, and no more. */
function limitQueue({ connections }: ServicePool, name: string): readonly Directive[] {
  const { max, queue } = connections
  if (max === undefined || queue === undefined) return []
  return [
    answer(503, ANSWERS.unavailable, [
      ...['if', '{', `be_conn_free(${name})`, '-m', 'int', 'le', '0', '}'],
      ...['{', `queue(${name})`, '-m', 'int', 'ge', String(queue), '}'],
    ]),
  ]
}

const REFUSES_GZIP = '(^|,)[ \\t]*gzip[ \\t]*;[ \\t]*q=0([.]0*)?[ \\t]*(,|$)'

/** HAProxy compares the beginning of a type, which is what `text/*` means. */
export function compress({ compress: types }: Variant): readonly Directive[] {
  if (types === undefined) return []
  return [
    ['filter', 'compression'],
    // HAProxy takes `*` for gzip, though that was refused by name. Another coding is nobody's wish then.
    [
      ...['http-request', 'replace-value', 'Accept-Encoding', '^[*].*$', 'identity'],
      ...['if', '{', 'req.fhdr(accept-encoding)', '-m', 'reg', '-i', REFUSES_GZIP, '}'],
    ],
    ['compression', 'algo', 'gzip'],
    ['compression', 'type', ...types.map((type) => type.replace(/\*$/, ''))],
  ]
}
