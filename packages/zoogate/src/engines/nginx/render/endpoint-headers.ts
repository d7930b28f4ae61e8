import { HEADERS_OF_OURS, HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import type { View } from '../../../model/view/view.ts'
import { forwardingLines } from './client-address.ts'
import type { HeaderLine } from './header-changes.ts'
import type { SharedVariables } from './shared-variables.ts'

/** What nginx sets itself, below or because it frames the request, is not among them. */
const SET_BY_NGINX: readonly string[] = [
  ...['connection', 'upgrade', 'transfer-encoding'],
  ...['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded'],
]
const DROPPED = [...HOP_BY_HOP_HEADERS, ...HEADERS_OF_OURS].filter(
  (name) => !SET_BY_NGINX.includes(name),
)

/** What the gateway writes into every request to an endpoint. */
export function endpointHeaders(view: View, shared: SharedVariables): readonly HeaderLine[] {
  return [
    ['Host', '$zoogate_host'],
    ['Connection', '$zoogate_connection'],
    ['Upgrade', '$zoogate_upgrade'],
    ...forwardingLines(view, shared),
    ...DROPPED.map((name): HeaderLine => [name, '']),
  ]
}
