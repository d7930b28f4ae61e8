import type { Listener, View } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'
import type { HaproxyHost } from './host.ts'
import { addressAndPort, authorityFile, certificateList } from './names.ts'

/** The lines that open a listener. */
export function binds(
  { clientAddress }: View,
  listener: Listener,
  host: HaproxyHost,
): readonly Directive[] {
  const { address, port } = listener
  const options = [
    ...(clientAddress?.proxyProtocol === true ? ['accept-proxy'] : []),
    ...tlsOptions(listener),
  ]
  if (address !== '*') return [['bind', addressAndPort(address, port), ...options]]
  // One socket for each family: on a shared one, IPv4 clients would be known as ::ffff:10.0.0.1.
  const ipv4 = ['bind', `0.0.0.0:${port}`, ...options]
  return host.ipv6 ? [ipv4, ['bind', `[::]:${port}`, 'v6only', ...options]] : [ipv4]
}

/** Without `strict-sni` the list's first certificate is shown to a client that names none of theirs. */
function tlsOptions({ name, protocol, tls }: Listener): Directive {
  if (tls === undefined) return []
  const { minVersion, http2, clientCertificates } = tls
  const alpn = protocol === 'HTTPS' ? ['alpn', http2 ? 'h2,http/1.1' : 'http/1.1'] : []
  const clients =
    clientCertificates === undefined
      ? []
      : [
          ...['ca-file', authorityFile(clientCertificates.ca)],
          ...['verify', clientCertificates.mode === 'Required' ? 'required' : 'optional'],
        ]
  const version = ['ssl-min-ver', `TLSv${minVersion}`]
  return ['ssl', 'crt-list', certificateList(name), ...version, ...alpn, ...clients]
}
