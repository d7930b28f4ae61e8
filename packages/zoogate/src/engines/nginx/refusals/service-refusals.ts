import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { ServicePool, View } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { endpointRefusals } from '../../shared/endpoint-refusals.ts'
import { gather } from '../../shared/gather.ts'
import { isDuration, isHostname, isResourceName, isWhole } from '../../shared/grammar.ts'

const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** Tokens of RFC 9110 without `$`: nginx has no way to write a dollar where it reads variables. */
const COOKIE_NAME = /^[A-Za-z0-9!#%&'*+.^_`|~-]{1,128}$/

const HASHED_HEADER = /^[A-Za-z0-9-]{1,128}$/

/** TCP has no headers to hash: what of it could be, is not carried. */
export function hashRefusals({ tcpRoutes = [], services }: View): readonly EngineRefusal[] {
  const named = new Set(tcpRoutes.flatMap(({ backends }) => backends.map(({ service }) => service)))
  return [...named].flatMap((name) =>
    gather(`Service/${name}`, (refuse) => {
      const hashOn = services.get(name)?.hashOn
      if (hashOn === undefined || hashOn.type === 'sourceIP') return
      refuse(['services', name, 'hashOn'], 'is of HTTP, and a TCPRoute leads to this Service')
    }),
  )
}

export function sessionLimitRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    if (sessionCookie(pool) === undefined || pool.connections.max === undefined) return
    refuse(
      ['services', pool.name, 'connections', 'max'],
      'nginx would count requests that carry the session cookie apart from the others',
    )
  })
}

/** What nginx cannot carry of a Service. */
export function serviceRefusals(pool: ServicePool): readonly EngineRefusal[] {
  return gather(`Service/${pool.name}`, (refuse) => {
    const at = (...path: (string | number)[]) => ['services', pool.name, ...path]
    if (!SERVICE_NAME.test(pool.name)) refuse(at(), 'must be named by a-z, 0-9 and -')
    const cookie = sessionCookie(pool)
    if (cookie !== undefined && !COOKIE_NAME.test(cookie)) {
      refuse(
        at('sessionPersistence', 'sessionName'),
        'must be a cookie name, without "$" for nginx',
      )
    }
    if (pool.connections.max !== undefined && !isWhole(pool.connections.max, 1, 1_000_000_000)) {
      refuse(at('connections', 'max'), 'must be a whole number from 1')
    }
    if (!isDuration(pool.connections.connectTimeoutMs)) {
      refuse(at('connections', 'connectTimeoutMs'), 'must be from 1 ms to 24 h')
    }
    checkHash()
    checkTls()
    endpointRefusals(pool, refuse)

    function checkHash(): void {
      const { hashOn } = pool
      if (hashOn === undefined || hashOn.type === 'sourceIP') return
      if (hashOn.type === 'header' && !HASHED_HEADER.test(hashOn.name)) {
        refuse(at('hashOn', 'name'), 'must be of letters, digits and "-"')
      }
      if (hashOn.type === 'cookie' && !COOKIE_NAME.test(hashOn.name)) {
        refuse(at('hashOn', 'name'), 'must be a cookie name, without "$" for nginx')
      }
    }

    function checkTls(): void {
      const { tls } = pool
      if (tls === undefined) return
      if (tls.serverName !== undefined && !isHostname(tls.serverName)) {
        refuse(at('tls', 'serverName'), 'must be a DNS name in lower case')
      }
      if (tls.verify && tls.serverName === undefined) {
        refuse(
          at('tls', 'verify'),
          'nginx verifies a certificate by its name too: say serverName, or verify: false',
        )
      }
      if (pool.healthCheck?.probe.type === 'http') {
        refuse(at('healthCheck'), 'nginx has the agent check, which speaks no TLS: check by tcp')
      }
      for (const name of ['ca', 'clientCertificate'] as const) {
        const secret = tls[name]
        if (secret !== undefined && !isResourceName(secret)) {
          refuse(at('tls', name), 'must be the name of a Secret')
        }
      }
    }
  })
}
