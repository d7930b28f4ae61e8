import { ZOOKEEPER_SERVING } from '@zoogate/balancer/health'
import { sessionCookie } from '../../model/session-cookie.ts'
import type { Algorithm, HealthCheck, ServicePool } from '../../model/view.ts'
import type { Directive, Section } from './directive.ts'
import { TIMEOUT_VARIABLE } from './frontend.ts'
import { backendName } from './names.ts'
import { quoteArgument, quoteLogFormat } from './quoting.ts'
import { serverIds } from './server-id.ts'
import { serverLine } from './server-line.ts'

const SESSION_VARIABLE = 'txn.zoogate_session'

/** Only what RFC 9110 section 9.2.2 calls idempotent is sent again after a byte of it was sent. */
const IDEMPOTENT_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']

/**
 * The endpoint's address and port as a Host header has them: IPv6 in brackets. It is a log-format
 * string, evaluated for each check.
 */
const CHECK_HOST = String.raw`%[bc_dst,regsub("^(.*:.*)$","[\\1]")]:%[bc_dst_port]`

/** The backend section that carries a Service. */
export function backendSection(pool: ServicePool): Section {
  const ids = serverIds(pool.endpoints.map(({ id }) => id))
  return {
    heading: ['backend', backendName(pool.name)],
    directives: [
      ...balance(pool.algorithm),
      ['timeout', 'connect', `${pool.connections.connectTimeoutMs}ms`],
      ['http-request', 'disable-l7-retry', 'unless', '{', 'method', ...IDEMPOTENT_METHODS, '}'],
      [
        ...['http-request', 'set-timeout', 'server', `var(${TIMEOUT_VARIABLE})`],
        ...['if', '{', `var(${TIMEOUT_VARIABLE})`, '-m', 'found', '}'],
      ],
      ...persistence(sessionCookie(pool)),
      ...(pool.healthCheck === undefined ? [] : healthCheck(pool.healthCheck)),
      ...pool.endpoints.map((endpoint) => serverLine(pool, endpoint, ids.get(endpoint.id) ?? 0)),
    ],
  }
}

function balance(algorithm: Algorithm): readonly Directive[] {
  switch (algorithm) {
    case 'roundRobin':
      return [['balance', 'roundrobin']]
    case 'random':
      return [['balance', 'random(1)']]
    case 'powerOfTwoChoices':
      return [['balance', 'random(2)']]
    case 'leastRequest':
      return [['balance', 'leastconn']]
    case 'consistentHash':
      // Without the type the hash is map-based: every change would move most keys, and HAProxy
      // would refuse to add servers at run time. Given alone, the type includes `avalanche`.
      return [
        ['balance', 'source'],
        ['hash-type', 'consistent'],
      ]
    case 'peakEWMA':
      throw new RangeError('HAProxy has no peakEWMA: refusals() was not asked')
  }
}

/**
 * Sessions by the server's name, with rules and not with HAProxy's `cookie`: that one gives a
 * server which was added at run time no cookie. A name that is unknown or down falls through to the
 * algorithm, and the response names the endpoint that answered instead.
 */
function persistence(cookie: string | undefined): readonly Directive[] {
  if (cookie === undefined) return []
  return [
    ['http-request', `set-var(${SESSION_VARIABLE})`, `req.cook(${quoteArgument(cookie)})`],
    [
      ...['use-server', `%[var(${SESSION_VARIABLE})]`],
      ...['if', '{', `var(${SESSION_VARIABLE})`, '-m', 'found', '}'],
    ],
    [
      ...['http-response', 'add-header', 'Set-Cookie'],
      `${quoteLogFormat(cookie)}=%[srv_name]; Path=/; HttpOnly`,
      ...['unless', '{', `srv_name,strcmp(${SESSION_VARIABLE})`, 'eq', '0', '}'],
    ],
  ]
}

function healthCheck({ probe, timeoutMs }: HealthCheck): readonly Directive[] {
  const timeout = ['timeout', 'check', `${timeoutMs}ms`]
  // Without `option httpchk` a check only connects.
  if (probe.type === 'tcp') return [timeout]
  if (probe.type === 'zookeeper') {
    return [
      ['option', 'tcp-check'],
      ['tcp-check', 'connect'],
      ['tcp-check', 'send', String.raw`srvr\n`],
      ['tcp-check', 'expect', 'rstring', ZOOKEEPER_SERVING],
      timeout,
    ]
  }
  const { path, statusFrom, statusTo } = probe
  return [
    ['option', 'httpchk'],
    [
      ...['http-check', 'send', 'meth', 'GET', 'uri', path],
      ...['ver', 'HTTP/1.1', 'hdr', 'Host', CHECK_HOST],
    ],
    ['http-check', 'expect', 'status', `${statusFrom}-${statusTo}`],
    timeout,
  ]
}
