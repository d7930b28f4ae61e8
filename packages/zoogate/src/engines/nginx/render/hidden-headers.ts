import { HOP_BY_HOP_HEADERS } from '@zoogate/proxy/request-rules'
import { type Directive, directive } from './directive.ts'

/** nginx frames the response itself. */
const FRAMING: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding']

/**
 * Headers of an endpoint's response that stay here: those of its connection. Only a WebSocket's 101
 * has an `Upgrade` to pass on. Where a location has any of these directives, it inherits none.
 */
export function hiddenHeaders(
  from: 'proxy' | 'fastcgi',
  of: 'response' | 'tunnel',
): readonly Directive[] {
  return HOP_BY_HOP_HEADERS.filter(
    (name) => !FRAMING.includes(name) && !(of === 'tunnel' && name === 'upgrade'),
  ).map((name) => directive(`${from}_hide_header`, name))
}
