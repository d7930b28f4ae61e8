import { HEADERS_OF_OURS, HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import { formatFieldPath } from '../model/field-path.ts'
import type { Route, TcpRoute, View } from '../model/view/view.ts'
import type { EngineRefusal } from './engine.ts'
import { oncePerObject } from './once-per-object.ts'
import { isHostname } from './shared/grammar.ts'

const ROUTE_ID = /^[A-Za-z0-9.-]{1,512}$/
const REFUSED_METHODS: readonly string[] = ['TRACE', 'CONNECT']
/** The host has a field of its own; what engines drop or write themselves says nothing of a client. */
const UNMATCHABLE: ReadonlySet<string> = new Set([
  'host',
  'expect',
  ...HEADERS_OF_OURS,
  ...HOP_BY_HOP_HEADERS,
])

/**
 * What no engine carries of the routes, since requests are held to one set of rules everywhere
 * (`docs/decisions/0004-*`), and what no view may have at all. Pure.
 */
export function routeRefusals(view: View): readonly EngineRefusal[] {
  const { routes, tcpRoutes = [], services } = view
  return [
    ...textRefusals(routes),
    ...absentServices('HTTPRoute', 'routes', routes, services),
    ...absentServices('TCPRoute', 'tcpRoutes', tcpRoutes, services),
  ]
}

const textRefusals = oncePerObject((routes: readonly Route[]): readonly EngineRefusal[] => {
  const found: EngineRefusal[] = []
  const ids = new Set<string>()
  routes.forEach(({ id, hostname, method, headers }, index) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      found.push(refusal('HTTPRoute', id, ['routes', index, ...path], message))
    if (!ROUTE_ID.test(id)) refuse(['id'], 'must be of letters, digits, "." and "-"')
    if (ids.has(id)) refuse(['id'], 'another route has this id')
    ids.add(id)
    if (hostname !== undefined && !isHostname(hostname)) {
      refuse(['hostname'], 'must be a DNS name in lower case, or "*." and one')
    }
    if (method !== undefined && REFUSED_METHODS.includes(method)) {
      refuse(['method'], 'is answered with 405 by every engine')
    }
    headers.forEach(({ name }, header) => {
      const field = ['headers', header, 'name']
      if (!/^[a-z0-9-]{1,128}$/.test(name)) {
        refuse(field, 'must be of letters, digits and "-": other headers are not passed on')
      } else if (UNMATCHABLE.has(name)) {
        refuse(field, 'is not for matching: the gateway writes or drops it itself')
      }
    })
  })
  return found
})

function absentServices(
  kind: string,
  list: string,
  routes: readonly (TcpRoute & Pick<Route, 'mirrors'>)[],
  services: View['services'],
): readonly EngineRefusal[] {
  return routes.flatMap(({ id, backends, mirrors = [] }, index) =>
    Object.entries({ backends, mirrors }).flatMap(([field, named]) =>
      named.flatMap(({ service }, at) => {
        if (services.has(service)) return []
        return [refusal(kind, id, [list, index, field, at, 'service'], 'no such Service')]
      }),
    ),
  )
}

function refusal(
  kind: string,
  routeId: string,
  path: readonly (string | number)[],
  message: string,
): EngineRefusal {
  return { resource: `${kind}/${routeId.split('.', 1)[0]}`, field: formatFieldPath(path), message }
}
