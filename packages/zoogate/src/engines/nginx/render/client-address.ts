import type { Listener, View } from '../../../model/view/view.ts'
import { block, type Directive, directive } from './directive.ts'
import type { HeaderLine } from './header-changes.ts'
import type { SharedVariables } from './shared-variables.ts'

/** Any peer: a listener that speaks the PROXY protocol is reached by those proxies alone. */
const EVERYBODY = ['0.0.0.0/0', '::/0']

/** Makes `$remote_addr` the client's, for whoever looks at it later. */
export function believedAddress({ clientAddress }: View): readonly Directive[] {
  if (clientAddress === undefined) return []
  const { proxyProtocol, trustedProxies } = clientAddress
  if (proxyProtocol) {
    return [
      ...EVERYBODY.map((network) => directive('set_real_ip_from', network)),
      directive('real_ip_header', 'proxy_protocol'),
    ]
  }
  if (trustedProxies.length === 0) return []
  return [
    ...trustedProxies.map((network) => directive('set_real_ip_from', network)),
    directive('real_ip_header', 'X-Forwarded-For'),
    directive('real_ip_recursive', 'on'),
  ]
}

/** Of both families: `*` of nginx is IPv4 alone. */
export function listenAddresses({ address, port }: Listener): readonly string[] {
  if (address === '*') return [`*:${port}`, `[::]:${port}`]
  return [address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`]
}

export function listenOptions({ clientAddress }: View): readonly string[] {
  return clientAddress?.proxyProtocol === true ? ['proxy_protocol'] : []
}

/** Who is at the other end of the connection. */
const PEER = '$realip_remote_addr'

/**
 * Who asks, and by which way, for the endpoint. A client's own words are replaced; those of a proxy
 * that is believed are added to.
 */
export function forwardingLines(view: View, shared: SharedVariables): readonly HeaderLine[] {
  const { trustedProxies = [], proxyProtocol = false } = view.clientAddress ?? {}
  if (trustedProxies.length === 0 || proxyProtocol) {
    return [
      ['X-Forwarded-For', '$remote_addr'],
      ['X-Forwarded-Proto', '$scheme'],
      ['X-Forwarded-Host', '$zoogate_authority'],
      ['Forwarded', `for=${quotedAddress('$remote_addr', shared)};proto=$scheme`],
    ]
  }
  const own = `for=${quotedAddress(PEER, shared)};proto=$scheme`
  const believed = (name: string, said: string, otherwise: string) =>
    believedWord(trustedProxies, shared, { name, said, otherwise, pattern: '.+' })
  const added = (name: string, said: string, ours: string) => {
    const before = believed(name, said, '')
    return shared.define(`${name}_line`, (variable) =>
      block(
        ['map', before, variable],
        [directive('default', `${before}, ${ours}`), directive('', ours)],
      ),
    )
  }
  return [
    ['X-Forwarded-For', added('forwarded_for', '$http_x_forwarded_for', PEER)],
    ['X-Forwarded-Proto', clientScheme(view, shared)],
    [
      'X-Forwarded-Host',
      believed('forwarded_host', '$http_x_forwarded_host', '$zoogate_authority'),
    ],
    ['Forwarded', added('forwarded', '$http_forwarded', own)],
  ]
}

/** The scheme that the client speaks: what a proxy that is believed says, else the listener's. */
export function clientScheme({ clientAddress }: View, shared: SharedVariables): string {
  const { trustedProxies = [], proxyProtocol = false } = clientAddress ?? {}
  if (trustedProxies.length === 0 || proxyProtocol) return '$scheme'
  const said = '$http_x_forwarded_proto'
  return believedWord(trustedProxies, shared, {
    ...{ name: 'forwarded_proto', said, otherwise: '$scheme', pattern: 'https?' },
  })
}

interface Word {
  readonly name: string
  /** What the client, or the proxy, said. */
  readonly said: string
  readonly otherwise: string
  /** What is believed at all. */
  readonly pattern: string
}

function believedWord(
  trustedProxies: readonly string[],
  shared: SharedVariables,
  { name, said, otherwise, pattern }: Word,
): string {
  const trusted = shared.inNetworks(trustedProxies, PEER)
  return shared.define(name, (variable) =>
    block(
      ['map', `${trusted}|${said}`, variable],
      [directive('default', otherwise), directive(`~^1\\|(${pattern})\\z`, '$1')],
    ),
  )
}

/** An IPv6 address has brackets and quotes in `Forwarded` (RFC 7239, 6). */
function quotedAddress(address: string, shared: SharedVariables): string {
  return shared.define('forwarded_node', (variable) =>
    block(
      ['map', address, variable],
      [directive('default', address), directive('~:', `"[${address}]"`)],
    ),
  )
}
