import type { Secret, View } from '../../../model/view/view.ts'
import { PRIVATE_FOLDER } from '../../engine.ts'

/** What is shown to endpoints: a certificate alone with its key. httpd looks for those who signed it in its chain. */
export function clientCertificateFile(secret: string): string {
  return `${PRIVATE_FOLDER}/${secret}.client.pem`
}

/** The files of the certificates that Services show. */
export function clientCertificateFiles({
  services,
  secrets = [],
}: View): readonly (readonly [string, string])[] {
  const shown = new Set([...services.values()].map(({ tls }) => tls?.clientCertificate))
  return secrets.flatMap((secret) =>
    secret.type === 'TLS' && shown.has(secret.name)
      ? [[clientCertificateFile(secret.name), certificateAndKey(secret)] as const]
      : [],
  )
}

const END = '-----END CERTIFICATE-----'

/** httpd ends where a certificate in this file has no key. */
function certificateAndKey({ chainPem, keyPem }: Extract<Secret, { type: 'TLS' }>): string {
  const end = chainPem.indexOf(END)
  const certificate = end < 0 ? chainPem : chainPem.slice(0, end + END.length)
  return `${certificate}\n${keyPem}`
}
