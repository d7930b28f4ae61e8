import type { Listener, ListenerTls, View } from '../../../model/view/view.ts'
import { certificateNames } from '../../shared/certificate-names.ts'
import { secretFiles } from '../../shared/secret-files.ts'
import type { Balancing } from '../balancing.ts'
import { type Directive, directive } from './directive.ts'

/** What a listener's TLS is to one of its servers: words of its `listen`, and directives. */
export interface ServerTls {
  readonly listen: readonly string[]
  readonly settings: readonly Directive[]
}

/**
 * nginx chooses a server by the client's SNI, and shows that server's certificate. So each name of
 * each certificate has a server of its own (`listenerNames`), and each server the certificate that
 * fits its name best. The other way, a variable in `ssl_certificate`, would read files at each
 * handshake, and private keys would have to be readable to the workers.
 */
export function listenerTls(
  { name, tls, protocol }: Listener,
  view: View,
  hostname: string | undefined,
  balancing: Pick<Balancing, 'certificate'>,
): ServerTls {
  if (tls === undefined) return { listen: [], settings: [] }
  const certificate = certificateFor(hostname, tls, view)
  return {
    listen: ['ssl', ...(tls.http2 && protocol === 'HTTPS' ? ['http2'] : [])],
    settings: [...tlsSettings(name, tls, certificate), ...balancing.certificate(certificate)],
  }
}

/** What `http` and `stream` say alike. */
export function tlsSettings(
  listener: string,
  { minVersion, clientCertificates }: ListenerTls,
  certificate: string,
): readonly Directive[] {
  return [
    directive('ssl_certificate', secretFiles.chain(certificate)),
    directive('ssl_certificate_key', secretFiles.key(certificate)),
    directive('ssl_protocols', ...(minVersion === '1.3' ? [] : ['TLSv1.2']), 'TLSv1.3'),
    directive('ssl_prefer_server_ciphers', 'off'),
    // Of its own: a session is not taken up where other clients are let in.
    directive('ssl_session_cache', `shared:tls-${listener}:4m`),
    ...(clientCertificates === undefined
      ? []
      : [
          directive('ssl_session_tickets', 'off'),
          directive('ssl_client_certificate', secretFiles.authorities(clientCertificates.ca)),
          directive(
            'ssl_verify_client',
            clientCertificates.mode === 'Required' ? 'on' : 'optional',
          ),
          directive('ssl_verify_depth', 4),
        ]),
  ]
}

/** All names of a listener's certificates: none where there is but one certificate to show. */
export function listenerNames({ tls }: Listener, view: View): readonly string[] {
  if (tls === undefined || tls.certificates.length < 2) return []
  return [...new Set(tls.certificates.flatMap((name) => namesOf(name, view)))]
}

/** By name; else by wildcard; else the first. */
function certificateFor(hostname: string | undefined, tls: ListenerTls, view: View): string {
  const [first = ''] = tls.certificates
  if (hostname === undefined || tls.certificates.length < 2) return first
  const wildcard = hostname.replace(/^[^.]+/, '*')
  const having = (wanted: string) =>
    tls.certificates.find((name) => namesOf(name, view).includes(wanted))
  return having(hostname) ?? having(wildcard) ?? first
}

function namesOf(name: string, { secrets = [] }: View): readonly string[] {
  const secret = secrets.find((each) => each.type === 'TLS' && each.name === name)
  return secret === undefined ? [] : certificateNames(secret)
}
