import { X509Certificate } from 'node:crypto'

/** Of PEM (RFC 7468): label and the whole block. What stands between blocks says nothing. */
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,64})-----(?:(?!-----)[\s\S])*-----END \1-----/g

export interface PemBlock {
  readonly label: string
  /** With one line break at its end. */
  readonly text: string
}

export function pemBlocks(text: string): readonly PemBlock[] {
  return [...text.replaceAll('\r\n', '\n').matchAll(BLOCK)].map(([block, label = '']) => ({
    label,
    text: `${block}\n`,
  }))
}

export interface Certificates {
  readonly pem: string
  readonly parsed: readonly X509Certificate[]
}

/** The certificates of a text, in their order; a text where none can be read gives the reason. */
export function readCertificates(text: string): Certificates | { readonly problem: string } {
  const blocks = pemBlocks(text)
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) {
    return { problem: 'holds a private key, where only certificates belong' }
  }
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE')
  if (certificates.length === 0) {
    return { problem: 'holds no certificate in PEM ("-----BEGIN CERTIFICATE-----")' }
  }
  const parsed: X509Certificate[] = []
  for (const [index, block] of certificates.entries()) {
    try {
      parsed.push(new X509Certificate(block.text))
    } catch {
      const which = certificates.length === 1 ? '' : ` ${index + 1} of ${certificates.length}`
      return { problem: `certificate${which} cannot be read: it is damaged` }
    }
  }
  return { pem: certificates.map((block) => block.text).join(''), parsed }
}

/** Whether a certificate holds at a moment, and will for a while. Undefined: it does. */
export function validityWarning(certificate: X509Certificate, now: Date): string | undefined {
  const from = new Date(certificate.validFrom)
  const to = new Date(certificate.validTo)
  if (now > to) return `expired on ${day(to)}`
  if (now < from) return `holds only from ${day(from)}`
  const days = Math.floor((to.getTime() - now.getTime()) / 86_400_000)
  return days < DAYS_AHEAD ? `expires on ${day(to)}, in ${days} days` : undefined
}

/** Let's Encrypt's tools renew 30 days ahead: later than this something is forgotten. */
const DAYS_AHEAD = 14

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}
