import { HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import { sessionCookie } from '../../../model/view/session-cookie.ts'
import type { Route, View } from '../../../model/view/view.ts'
import { checkAccess, checkAges, checkRewrite, isMediaType } from '../../shared/filter-refusals.ts'
import type { Refuse } from '../../shared/gather.ts'
import { checkHeaders } from '../../shared/header-refusals.ts'
import { fitsWord } from '../render/directive.ts'
import { headerFormat } from '../render/header-format.ts'
import { isPicked } from '../render/picks.ts'

/** httpd frames what it sends itself. */
const FRAMING: readonly string[] = [...HOP_BY_HOP_HEADERS, 'content-length', 'expect']
/** httpd writes these into every response, whatever else is said. */
const WRITTEN: readonly string[] = ['server', 'date']

/** What httpd cannot carry of a route's filters. */
export function checkFilters(view: View, route: Route, refuse: Refuse): void {
  checkRequestHeaders(view, route, refuse)
  checkResponseHeaders(route, refuse)
  checkRewrite(route, refuse)
  checkAccess(route, refuse)
  checkUsers(route, refuse)
  checkAges(route, refuse)
  checkResponses(route, refuse)
}

function fitsFormat(value: string): boolean {
  // Where a value begins so, httpd takes the rest for an expression.
  return !value.startsWith('expr=') && fitsWord(headerFormat(value))
}

function checkRequestHeaders(
  view: View,
  { requestHeaders, backends, answer }: Route,
  refuse: Refuse,
) {
  const finds = backends.some(({ service }) => {
    const pool = view.services.get(service)
    return pool !== undefined && (isPicked(pool) || sessionCookie(pool) !== undefined)
  })
  const isProgram = answer?.type === 'fastcgi' || answer?.type === 'cgi'
  requestHeaders?.add.forEach(({ name }, index) => {
    if (!isProgram || name.toLowerCase() !== 'cookie') return
    refuse(
      ['requestHeaders', 'add', index, 'name'],
      'would stand behind a comma, which parts no cookies: set it, or add another header',
    )
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

function checkResponses({ answer, cache, compress }: Route, refuse: Refuse): void {
  if (cache !== undefined && (answer?.type === 'fastcgi' || answer?.type === 'cgi')) {
    refuse(
      ['cache'],
      'is of what backends answer: httpd keeps nothing of programs, so leave it out',
    )
  }
  compress?.types.forEach((type, index) => {
    if (!isMediaType(type)) refuse(['compress', 'types', index], 'must be a media type')
  })
}

function checkUsers({ access, answer }: Route, refuse: Refuse): void {
  if (access?.basicAuth !== undefined && answer?.type === 'redirect') {
    refuse(['access', 'basicAuth'], 'asks for a user after httpd has redirected: leave it out')
  }
}
