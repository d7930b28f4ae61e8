import { HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import { sessionCookie } from '../../model/session-cookie.ts'
import type { Route, View } from '../../model/view.ts'
import type { Refuse } from '../shared/gather.ts'
import { isHostname, isNetwork, isResourceName, isWhole } from '../shared/grammar.ts'
import { checkHeaders } from '../shared/header-refusals.ts'
import { pathChangeProblem } from '../shared/path-change-problem.ts'
import { fitsWord } from './directive.ts'
import { isPicked } from './picks.ts'

/** httpd frames what it sends itself. */
const FRAMING: readonly string[] = [...HOP_BY_HOP_HEADERS, 'content-length', 'expect']
/** httpd writes these into every response, whatever else is said. */
const WRITTEN: readonly string[] = ['server', 'date']

/** Without a quote and a backslash, which would be sent as they are. */
const REALM =
  /^[\x21\x23-\x5b\x5d-\x7e]([\x20\x21\x23-\x5b\x5d-\x7e]{0,126}[\x21\x23-\x5b\x5d-\x7e])?$/
const MEDIA_TYPE = /^[a-z0-9][a-z0-9.+-]*\/(\*|[a-z0-9][a-z0-9.+-]*)$/
const YEAR_MS = 366 * 24 * 3_600_000

/** What httpd cannot carry of a route's filters. */
export function checkFilters(view: View, route: Route, refuse: Refuse): void {
  checkRequestHeaders(view, route, refuse)
  checkResponseHeaders(route, refuse)
  checkRewrite(route, refuse)
  checkAccess(route, refuse)
  checkResponses(route, refuse)
}

/** In mod_headers' format: see `route-filters.ts`. */
function fitsFormat(value: string): boolean {
  // Where a value begins so, httpd takes the rest for an expression.
  return !value.startsWith('expr=') && fitsWord(value.replaceAll('%', '%%'))
}

function checkRequestHeaders(view: View, { requestHeaders, backends }: Route, refuse: Refuse) {
  const finds = backends.some(({ service }) => {
    const pool = view.services.get(service)
    return pool !== undefined && (isPicked(pool) || sessionCookie(pool) !== undefined)
  })
  checkHeaders(requestHeaders, 'requestHeaders', refuse, {
    fits: fitsFormat,
    problemOf: (name) => {
      if (FRAMING.includes(name)) return 'is of the connection, which httpd speaks for'
      return finds && name === 'cookie'
        ? 'is how httpd finds the endpoint of a session, or by chance or hash: leave it as it is'
        : undefined
    },
  })
}

function checkResponseHeaders({ responseHeaders, answer, access }: Route, refuse: Refuse): void {
  checkHeaders(responseHeaders, 'responseHeaders', refuse, {
    fits: fitsFormat,
    problemOf: (name) => {
      if (FRAMING.includes(name) && name !== 'proxy-authenticate') {
        return 'is of the connection, which httpd speaks for'
      }
      if (WRITTEN.includes(name)) return 'is written by httpd itself'
      if (answer?.type === 'redirect' && ['location', 'content-type'].includes(name)) {
        return 'is what a redirect has of its own'
      }
      return access?.basicAuth !== undefined && name === 'www-authenticate'
        ? 'is what asks for a user'
        : undefined
    },
  })
}

function checkRewrite({ rewrite, path }: Route, refuse: Refuse): void {
  if (rewrite === undefined) return
  if (rewrite.hostname !== undefined && !isHostname(rewrite.hostname)) {
    refuse(['rewrite', 'hostname'], 'must be a DNS name in lower case')
  }
  const problem = pathChangeProblem(rewrite.path, path)
  if (problem !== undefined) refuse(['rewrite', 'path'], problem)
}

function checkResponses({ answer, cache, expires, compress }: Route, refuse: Refuse): void {
  if (cache !== undefined && (answer?.type === 'fastcgi' || answer?.type === 'cgi')) {
    refuse(
      ['cache'],
      'is of what backends answer: httpd keeps nothing of programs, so leave it out',
    )
  }
  if (expires !== undefined && !isWhole(expires.afterMs, 1_000, YEAR_MS)) {
    refuse(['expires'], 'must be from a second to a year')
  }
  compress?.types.forEach((type, index) => {
    if (!MEDIA_TYPE.test(type)) refuse(['compress', 'types', index], 'must be a media type')
  })
}

function checkAccess({ access, answer }: Route, refuse: Refuse): void {
  for (const list of ['allow', 'deny'] as const) {
    access?.[list].forEach((network, index) => {
      if (!isNetwork(network)) refuse(['access', list, index], 'must be a network or an address')
    })
  }
  const { basicAuth } = access ?? {}
  if (basicAuth === undefined) return
  if (!REALM.test(basicAuth.realm)) {
    refuse(
      ['access', 'basicAuth', 'realm'],
      'must be printable ASCII without quotes and backslashes',
    )
  }
  if (!isResourceName(basicAuth.users)) {
    refuse(['access', 'basicAuth', 'users'], 'must be the name of a Secret')
  }
  if (answer?.type === 'redirect') {
    refuse(['access', 'basicAuth'], 'asks for a user after httpd has redirected: leave it out')
  }
}
