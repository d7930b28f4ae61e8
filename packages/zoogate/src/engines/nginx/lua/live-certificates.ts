import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Secret, View } from '../../../model/view/view.ts'
import { EngineError } from '../../engine.ts'
import { certificateNames } from '../../shared/certificate-names.ts'
import type { AskControl } from '../control/control-client.ts'
import { isTcp } from '../render/stream.ts'

/** Where the control socket takes certificates, followed by a name: `lua/zoogate/certificates.lua`. */
export const CERTIFICATES = '/certificates/'

type TlsSecret = Extract<Secret, { readonly type: 'TLS' }>

/** The certificates that servers show by our Lua: those of HTTPS listeners. */
export function liveCertificates({ listeners }: View): readonly string[] {
  return [
    ...new Set(
      listeners
        .filter((listener) => !isTcp(listener))
        .flatMap(({ tls }) => tls?.certificates ?? []),
    ),
  ]
}

/**
 * Whether other bytes of a secret need no reload. They do where nginx's own directives read them (what
 * a TCPRoute's listener or an endpoint is shown, and every CA), and where the certificate is for other
 * names: each name has a server.
 */
export function isLiveCertificate(secret: Secret, from: View, to: View): boolean {
  if (secret.type !== 'TLS' || !liveCertificates(to).includes(secret.name)) return false
  const before = from.secrets?.find(({ name }) => name === secret.name)
  if (before === undefined) return false
  const names = (each: Secret) => [...certificateNames(each)].sort().join(' ')
  return names(before) === names(secret) && !isReadAtReload(secret.name, to)
}

function isReadAtReload(secret: string, { listeners, services }: View): boolean {
  return (
    listeners.some((each) => isTcp(each) && each.tls?.certificates.includes(secret)) ||
    [...services.values()].some(({ tls }) => tls?.clientCertificate === secret)
  )
}

/**
 * Makes workers show these certificates from the next handshake on. What is no certificate, or has
 * another's key, nginx is not given at all.
 * @throws EngineError `ENGINE_LIVE_FAILED`
 */
export async function applyCertificates(
  ask: AskControl,
  secrets: readonly Secret[],
): Promise<void> {
  const certificates = secrets.map(checked)
  for (const { name, chainPem, keyPem } of certificates) {
    const request = {
      path: CERTIFICATES + name,
      method: 'PUT',
      body: `${chainPem}\n${keyPem}`,
    } as const
    const { status, text } = await ask(request).catch((cause: Error) => {
      throw failed(name, cause.message, cause)
    })
    if (status !== 200) throw failed(name, `nginx answered ${status} ${text.trim().slice(0, 300)}`)
  }
}

/** nginx takes a pair that does not fit, and then fails at each handshake. */
function checked(secret: Secret): TlsSecret {
  if (secret.type !== 'TLS') throw failed(secret.name, 'it is read at a reload')
  const fits = (() => {
    try {
      const key = createPrivateKey(secret.keyPem)
      return new X509Certificate(secret.chainPem).checkPrivateKey(key)
    } catch (cause) {
      throw failed(secret.name, 'it is no certificate with a private key', cause)
    }
  })()
  if (!fits) throw failed(secret.name, 'its key is not that of its certificate')
  return secret
}

function failed(name: string, words: string, cause?: unknown): EngineError {
  return new EngineError('ENGINE_LIVE_FAILED', `secret ${name}: ${words}`, { cause })
}
