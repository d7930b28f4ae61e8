import type { Listener, View } from '../../../model/view/view.ts'
import { secretFiles } from '../../shared/secret-files.ts'
import { type Directive, directive, section } from './directive.ts'
import type { ListenerHost } from './listener-hosts.ts'

/** Between a client's certificate and the CA. */
const CHAIN_LENGTH_MAX = 4

/**
 * TLS of one virtual host. The control listener shares it and stays plain: httpd asks the first virtual
 * host of the address that a connection came to.
 */
export function listenerTls(
  { tls }: Listener,
  { certificate }: ListenerHost,
): readonly Directive[] {
  if (tls === undefined || certificate === undefined) return []
  const { minVersion, http2, clientCertificates } = tls
  return [
    directive('SSLEngine', 'on'),
    directive('SSLCertificateFile', secretFiles.chain(certificate)),
    directive('SSLCertificateKeyFile', secretFiles.key(certificate)),
    directive('SSLProtocol', '-all', ...(minVersion === '1.3' ? [] : ['+TLSv1.2']), '+TLSv1.3'),
    directive('SSLHonorCipherOrder', 'off'),
    directive('Protocols', ...(http2 ? ['h2'] : []), 'http/1.1'),
    ...(clientCertificates === undefined
      ? []
      : [
          // A session is not taken up where other clients are let in.
          directive('SSLSessionTickets', 'off'),
          directive('SSLCACertificateFile', secretFiles.authorities(clientCertificates.ca)),
          directive(
            'SSLVerifyClient',
            clientCertificates.mode === 'Required' ? 'require' : 'optional',
          ),
          directive('SSLVerifyDepth', CHAIN_LENGTH_MAX),
        ]),
  ]
}

/** For all listeners. */
export function tlsSettings({ listeners }: View): readonly Directive[] {
  if (listeners.every(({ tls }) => tls === undefined)) return []
  return [
    directive('SSLSessionCache', 'none'),
    // The virtual hosts of a listener differ in their certificates alone: any of them may carry what
    // came over a connection to another. Of 2.4.66; versions of before do not look, or look at less.
    section('IfDirective', SNI_POLICY, [directive(SNI_POLICY, 'authonly')]),
  ]
}

const SNI_POLICY = 'SSLVHostSNIPolicy'
