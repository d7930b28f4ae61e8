import type { FastCgi, Route } from '../../../model/view/view.ts'
import { connectionMode, type Mode } from './answers.ts'
import { cacheResponses } from './cache.ts'
import { block, type Directive, directive, unlessSaid } from './directive.ts'
import { endpointHeaders } from './endpoint-headers.ts'
import { changedLines, type HeaderLine, hideChanged, writeChanged } from './header-changes.ts'
import { limits } from './proxy.ts'
import { decodePath } from './routing.ts'
import type { ServerContext } from './server.ts'
import type { SharedVariables } from './shared-variables.ts'
import { belowPrefix } from './static-files.ts'

/** As for endpoints of Services where nothing is said. */
const CONNECT_TIMEOUT_MS = 1_000

/** Whom nginx takes for the program, and what is left of the path for it. */
const SPLIT_AT_PROGRAM = '^(.+?\\.php)(/.*)$'

/** These are no `HTTP_…` of CGI (RFC 3875, 4.1.18). */
const WITHOUT_PREFIX: readonly string[] = ['CONTENT_TYPE', 'CONTENT_LENGTH']

/** Asks a FastCGI server, by the path behind the route's prefix. */
export function renderFastCgi(
  name: string,
  answer: FastCgi,
  route: Route,
  mode: Mode,
  filters: readonly Directive[],
  context: ServerContext,
): readonly Directive[] {
  const { view, shared } = context
  const kept = cacheResponses('fastcgi', answer.address, route)
  return [
    block(
      ['location', name + mode],
      [
        ...connectionMode(mode),
        ...filters,
        ...belowPrefix(route),
        directive('fastcgi_split_path_info', SPLIT_AT_PROGRAM),
        directive('fastcgi_index', answer.index),
        ...parameters(answer, route, context).map((parameter) =>
          directive('fastcgi_param', ...parameter),
        ),
        ...hideChanged('fastcgi', 'response', route.responseHeaders),
        ...writeChanged(route.responseHeaders, shared),
        // Without buffering nothing is kept.
        ...unlessSaid([directive('fastcgi_buffering', 'off')], kept),
        directive('fastcgi_buffer_size', '32k'),
        directive('fastcgi_buffers', 4, '32k'),
        directive('fastcgi_next_upstream', 'off'),
        ...kept,
        directive('fastcgi_pass', answer.address),
        ...limits('fastcgi', CONNECT_TIMEOUT_MS, route.timeouts, {
          idleMs: view.limits?.idleMs,
          tunnel: false,
        }),
      ],
    ),
  ]
}

type Parameter =
  | readonly [name: string, value: string]
  | readonly [name: string, value: string, option: 'if_not_empty']

/** The meta-variables of CGI (RFC 3875, 4.1), and the request's headers with the gateway's changes. */
function parameters(
  { root }: FastCgi,
  route: Route,
  { view, shared }: ServerContext,
): readonly Parameter[] {
  const folder = shared.text(root)
  const prefix =
    route.path.type === 'PathPrefix' ? decodePath(route.path.value).replace(/\/$/, '') : ''
  const own = endpointHeaders(view, shared).map(([name, value]): readonly [string, string] =>
    name === 'Host' ? [name, route.rewrite?.hostname ?? value] : [name, value],
  )
  const headers = oneLineEach(changedLines(own, route.requestHeaders, shared), shared)
  return [
    ['SCRIPT_FILENAME', `${folder}$fastcgi_script_name`],
    ['SCRIPT_NAME', `${shared.text(prefix)}$fastcgi_script_name`],
    ['PATH_INFO', '$fastcgi_path_info'],
    ['DOCUMENT_ROOT', folder],
    ['DOCUMENT_URI', `${shared.text(prefix)}$uri`],
    ['QUERY_STRING', '$query_string'],
    ['REQUEST_METHOD', '$request_method'],
    ['REQUEST_URI', '$zoogate_target'],
    ['REQUEST_SCHEME', '$scheme'],
    ['HTTPS', '$https', 'if_not_empty'],
    ['CONTENT_TYPE', '$content_type'],
    ['CONTENT_LENGTH', '$content_length'],
    ['GATEWAY_INTERFACE', 'CGI/1.1'],
    ['SERVER_PROTOCOL', '$server_protocol'],
    ['SERVER_SOFTWARE', 'nginx'],
    ['SERVER_NAME', '$zoogate_hostname'],
    ['SERVER_ADDR', '$server_addr'],
    ['SERVER_PORT', '$server_port'],
    ['REMOTE_ADDR', '$remote_addr'],
    ['REMOTE_PORT', '$remote_port'],
    // nginx reads it out of any Authorization; it is true only where the password was asked for.
    ...(route.access?.basicAuth === undefined
      ? []
      : [['REMOTE_USER', '$remote_user', 'if_not_empty'] as const]),
    // php-cgi answers to nobody else.
    ['REDIRECT_STATUS', '200'],
    ...headers.flatMap(headerParameter),
    // Programs take it for the proxy that they shall use themselves (CVE-2016-5385).
    ...(headers.some(([name]) => name.toLowerCase() === 'proxy')
      ? []
      : [['HTTP_PROXY', '', 'if_not_empty'] as const]),
  ]
}

/** CGI has one variable for all lines of a name, of which programs see but the last (RFC 3875, 4.1.18). */
function oneLineEach(lines: readonly HeaderLine[], shared: SharedVariables): readonly HeaderLine[] {
  const joined = new Map<string, HeaderLine>()
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    const before = joined.get(key)?.[1] ?? ''
    joined.set(key, [name, before === '' ? value : joinValues(key, before, value, shared)])
  }
  return [...joined.values()]
}

function joinValues(name: string, first: string, second: string, shared: SharedVariables): string {
  const both = `${first}${name === 'cookie' ? '; ' : ', '}${second}`
  return shared.define('joined', (variable) =>
    block(['map', first, variable], [directive('default', both), directive('', second)]),
  )
}

function headerParameter([name, value]: readonly [string, string]): readonly Parameter[] {
  const variable = name.toUpperCase().replaceAll('-', '_')
  const key = WITHOUT_PREFIX.includes(variable) ? variable : `HTTP_${variable}`
  return [[key, value, 'if_not_empty']]
}
