import type { ServicePool } from '../../../model/view/view.ts'
import { secretFiles } from '../../shared/secret-files.ts'
import { answerPath } from './answers.ts'
import { clientCertificateFile } from './client-certificates.ts'
import { type Directive, directive } from './directive.ts'

/** Where Debian keeps the CAs that the host trusts. */
const HOST_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

/** Between an endpoint's certificate and the CA. */
const CHAIN_LENGTH_MAX = 4

/**
 * How a balancer's members are spoken to in TLS. Since the client's Host is passed on (`ProxyPreserveHost`),
 * httpd takes it for SNI, and for the name that a certificate would be held to: so names are not looked at
 * here, and a Service that says a name is refused (`refusals.ts`).
 */
export function endpointTls({ tls }: Pick<ServicePool, 'tls'>): readonly Directive[] {
  if (tls === undefined) return []
  const { verify, ca, clientCertificate } = tls
  return [
    directive('SSLProxyEngine', 'on'),
    // What httpd answers where no TLS comes about. What an endpoint answers is passed as it is.
    directive('ErrorDocument', 500, answerPath(502)),
    directive('SSLProxyProtocol', '-all', '+TLSv1.2', '+TLSv1.3'),
    directive('SSLProxyCheckPeerName', 'off'),
    directive('SSLProxyCheckPeerCN', 'off'),
    directive('SSLProxyCheckPeerExpire', verify ? 'on' : 'off'),
    ...(verify
      ? [
          directive('SSLProxyVerify', 'require'),
          directive('SSLProxyVerifyDepth', CHAIN_LENGTH_MAX),
          directive(
            'SSLProxyCACertificateFile',
            ca === undefined ? HOST_AUTHORITIES : secretFiles.authorities(ca),
          ),
        ]
      : [directive('SSLProxyVerify', 'none')]),
    ...(clientCertificate === undefined
      ? []
      : [
          directive('SSLProxyMachineCertificateFile', clientCertificateFile(clientCertificate)),
          directive('SSLProxyMachineCertificateChainFile', secretFiles.chain(clientCertificate)),
        ]),
  ]
}
