import { HEADERS_OF_OURS, HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import { formatFieldPath } from '../model/field-path.ts'
import type { View } from '../model/view.ts'
import type { EngineRefusal } from './engine.ts'

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
 * (`docs/decisions/0004-*`). Pure.
 */
export function routeRefusals({ routes }: View): readonly EngineRefusal[] {
  const found: EngineRefusal[] = []
  routes.forEach(({ id, method, headers }, index) => {
    const refuse = (path: readonly (string | number)[], message: string) =>
      found.push({
        resource: `HTTPRoute/${id.split('.', 1)[0]}`,
        field: formatFieldPath(['routes', index, ...path]),
        message,
      })
    if (!ROUTE_ID.test(id)) refuse(['id'], 'must be of letters, digits, "." and "-"')
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
}
