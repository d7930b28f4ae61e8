import type { FieldPath } from '../field-path.ts'
import type { Route, View } from '../view/view.ts'
import type { Feature, FeatureUse } from './feature.ts'

/** What routes ask of an engine. Hosts, exact paths, prefixes and weights are what every engine has. */
export const ROUTE_FEATURES = [
  ofRoutes(
    'matches.path.type=RegularExpression',
    'paths by regular expression',
    ['path'],
    ({ path }) => path.type === 'RegularExpression',
  ),
  ofRoutes('matches.method', 'methods', ['method'], ({ method }) => method !== undefined),
  ofRoutes('matches.headers', 'headers', ['headers'], ({ headers }) => headers.length > 0),
  ofRoutes(
    'matches.headers.type=RegularExpression',
    'headers by regular expression',
    ['headers'],
    ({ headers }) => headers.some(({ type }) => type !== undefined),
  ),
  ofRoutes('matches.queryParams', 'query parameters', ['query'], ({ query = [] }) => {
    return query.length > 0
  }),
  ofRoutes(
    'matches.queryParams.type=RegularExpression',
    'query parameters by regular expression',
    ['query'],
    ({ query = [] }) => query.some(({ type }) => type !== undefined),
  ),
  ofRoutes(
    'filters.requestHeaderModifier',
    'request headers',
    ['requestHeaders'],
    ({ requestHeaders }) => requestHeaders !== undefined,
  ),
  ofRoutes(
    'filters.responseHeaderModifier',
    'response headers',
    ['responseHeaders'],
    ({ responseHeaders }) => responseHeaders !== undefined,
  ),
  ofRoutes('filters.requestRedirect', 'redirects', ['answer'], ({ answer }) => {
    return answer?.type === 'redirect'
  }),
  ofRoutes(
    'filters.urlRewrite.hostname',
    'another host for the backend',
    ['rewrite', 'hostname'],
    (r) => {
      return r.rewrite?.hostname !== undefined
    },
  ),
  ofRoutes('filters.urlRewrite.path', 'another path for the backend', ['rewrite', 'path'], (r) => {
    return r.rewrite?.path !== undefined
  }),
  ofRoutes('filters.requestMirror', 'mirrors', ['mirrors'], ({ mirrors = [] }) => {
    return mirrors.length > 0
  }),
  ofRoutes('filters.access.allow', 'access by address', ['access'], ({ access }) => {
    return access !== undefined && access.allow.length + access.deny.length > 0
  }),
  ofRoutes('filters.access.basicAuth', 'basic authentication', ['access', 'basicAuth'], (r) => {
    return r.access?.basicAuth !== undefined
  }),
  ofRoutes('filters.rateLimit', 'rate limits', ['rateLimit'], ({ rateLimit }) => {
    return rateLimit !== undefined
  }),
  ofRoutes(
    'filters.rateLimit.key=header',
    'rate limits by header',
    ['rateLimit', 'key'],
    ({ rateLimit }) => rateLimit?.key.type === 'header',
  ),
  ofRoutes('filters.cache', 'cache', ['cache'], ({ cache }) => cache !== undefined),
  ofRoutes('filters.expires', 'expiry told to browsers', ['expires'], ({ expires }) => {
    return expires !== undefined
  }),
  ofRoutes('filters.compress', 'compression', ['compress'], ({ compress }) => {
    return compress !== undefined
  }),
  ofRoutes('static', 'static files', ['answer'], ({ answer }) => answer?.type === 'static'),
  ofRoutes('fastcgi', 'FastCGI', ['answer'], ({ answer }) => answer?.type === 'fastcgi'),
  ofRoutes('cgi', 'CGI', ['answer'], ({ answer }) => answer?.type === 'cgi'),
  ofRoutes('timeouts.request', 'timeout of a request', ['timeouts', 'requestMs'], (route) => {
    return route.timeouts.requestMs !== undefined
  }),
  ofRoutes(
    'timeouts.backendRequest',
    'timeout of an attempt',
    ['timeouts', 'backendRequestMs'],
    ({ timeouts }) => timeouts.backendRequestMs !== undefined,
  ),
  ofRoutes('retry', 'retries as wanted', ['retry'], ({ retry }) => retry !== undefined),
  ofTcpRoutes('backendRefs', 'TCP routes', () => true),
  ofTcpRoutes('backendRefs.weight', 'shares of TCP connections', ({ backends }) => {
    return backends.filter(({ weight }) => weight > 0).length > 1
  }),
] as const satisfies readonly Feature[]

function ofRoutes<Name extends string>(
  field: Name,
  title: string,
  path: FieldPath,
  isUsed: (route: Route) => boolean,
) {
  return {
    name: `HTTPRoute.spec.rules.${field}` as const,
    title,
    uses: ({ routes }: View): readonly FeatureUse[] =>
      routes.flatMap((route, index) =>
        isUsed(route)
          ? [{ resource: nameOf('HTTPRoute', route.id), path: ['routes', index, ...path] }]
          : [],
      ),
  }
}

function ofTcpRoutes<Name extends string>(
  field: Name,
  title: string,
  isUsed: (route: NonNullable<View['tcpRoutes']>[number]) => boolean,
) {
  return {
    name: `TCPRoute.spec.rules.${field}` as const,
    title,
    uses: ({ tcpRoutes = [] }: View): readonly FeatureUse[] =>
      tcpRoutes.flatMap((route, index) =>
        isUsed(route)
          ? [{ resource: nameOf('TCPRoute', route.id), path: ['tcpRoutes', index, 'backends'] }]
          : [],
      ),
  }
}

/** The first part of a route's id is the resource's name. */
function nameOf(kind: string, id: string): string {
  return `${kind}/${id.split('.', 1)[0]}`
}
