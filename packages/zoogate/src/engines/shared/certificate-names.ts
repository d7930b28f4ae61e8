import { X509Certificate } from 'node:crypto'
import type { Secret } from '../../model/view/view.ts'

/** The DNS names that a certificate is for, lower case, as far as engines can serve them. */
export function certificateNames(secret: Secret): readonly string[] {
  if (secret.type !== 'TLS') return []
  const certificate = readCertificate(secret.chainPem)
  if (certificate === undefined) return []
  const { subjectAltName = '', subject } = certificate
  const alternatives = [...subjectAltName.matchAll(/DNS:([^,\s]+)/g)].map(([, dns]) => dns ?? '')
  const common = /^CN=([^\n]+)/m.exec(subject ?? '')?.[1] ?? ''
  const names = alternatives.length > 0 ? alternatives : [common]
  return names.map((each) => each.toLowerCase()).filter((each) => SERVED_NAME.test(each))
}

/** Undefined for what is none: the engine's checker has the words for it. */
function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

const SERVED_NAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
