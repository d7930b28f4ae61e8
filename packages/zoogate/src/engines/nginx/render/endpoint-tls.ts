import type { ServicePool } from '../../../model/view/view.ts'
import { secretFiles } from '../../shared/secret-files.ts'
import { type Directive, directive } from './directive.ts'

/** Where Debian, and most others, keep the CAs that the host trusts. */
const HOST_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

/** Of the request: an endpoint's certificate is not held to it, see `refusals.ts`. */
const REQUESTED_NAME = '$zoogate_hostname'

/**
 * How nginx speaks TLS with a service's endpoints, in `http` and in `stream`.
 * @param requestedName what SNI is where the service names no server
 */
export function endpointTls(
  { tls }: Pick<ServicePool, 'tls'>,
  requestedName = REQUESTED_NAME,
): readonly Directive[] {
  if (tls === undefined) return []
  const { verify, serverName, ca, clientCertificate } = tls
  return [
    directive('proxy_ssl_server_name', 'on'),
    directive('proxy_ssl_name', serverName ?? requestedName),
    directive('proxy_ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
    ...(verify
      ? [
          directive('proxy_ssl_verify', 'on'),
          directive('proxy_ssl_verify_depth', 4),
          directive(
            'proxy_ssl_trusted_certificate',
            ca === undefined ? HOST_AUTHORITIES : secretFiles.authorities(ca),
          ),
        ]
      : []),
    ...(clientCertificate === undefined
      ? []
      : [
          directive('proxy_ssl_certificate', secretFiles.chain(clientCertificate)),
          directive('proxy_ssl_certificate_key', secretFiles.key(clientCertificate)),
        ]),
  ]
}
