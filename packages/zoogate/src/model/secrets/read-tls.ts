import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto'
import { pemBlocks, readCertificates, validityWarning } from './pem.ts'
import type { SecretFileIssue, SecretRead } from './read-result.ts'

/** A certificate with its intermediates, and the private key that belongs to it. Pure. */
export function readTls(certificateText: string, keyText: string, now: Date): SecretRead {
  const certificates = readCertificates(certificateText)
  const key = readKey(keyText)
  const issues: SecretFileIssue[] = []
  if ('problem' in certificates) {
    issues.push({ file: 'certificate', message: certificates.problem })
  }
  if ('problem' in key) issues.push({ file: 'key', message: key.problem })
  if ('problem' in certificates || 'problem' in key) return { issues }
  const [leaf] = certificates.parsed
  if (leaf === undefined || !leaf.checkPrivateKey(key.key)) {
    const message = 'is not the private key of the first certificate'
    return { issues: [{ file: 'key', message }] }
  }
  // One form for all: the same key gives the same bytes, whatever tool wrote it.
  const keyPem = String(key.key.export({ type: 'pkcs8', format: 'pem' }))
  return {
    bytes: { type: 'TLS', chainPem: certificates.pem, keyPem },
    warnings: chainWarnings(certificates.parsed, now),
  }
}

function readKey(text: string): { readonly key: KeyObject } | { readonly problem: string } {
  const blocks = pemBlocks(text).filter(({ label }) => label.endsWith('PRIVATE KEY'))
  const [block] = blocks
  if (block === undefined) {
    return { problem: 'holds no private key in PEM ("-----BEGIN PRIVATE KEY-----")' }
  }
  if (blocks.length > 1) return { problem: `holds ${blocks.length} private keys` }
  if (block.label === 'ENCRYPTED PRIVATE KEY' || block.text.includes('ENCRYPTED')) {
    return {
      problem:
        'is encrypted with a passphrase, which no engine could ask for: decrypt it with `openssl pkey -in FILE -out KEY`',
    }
  }
  try {
    return { key: createPrivateKey(block.text) }
  } catch {
    return { problem: 'cannot be read: it is damaged' }
  }
}

function chainWarnings(chain: readonly X509Certificate[], now: Date): readonly SecretFileIssue[] {
  const words = chain.flatMap((certificate, index) => {
    const which = index === 0 ? 'the certificate' : `certificate ${index + 1} of its chain`
    const validity = validityWarning(certificate, now)
    const issuer = chain[index + 1]
    return [
      ...(validity === undefined ? [] : [`${which} ${validity}`]),
      ...(issuer === undefined || certificate.checkIssued(issuer)
        ? []
        : [`certificate ${index + 2} did not issue certificate ${index + 1}: clients may refuse`]),
    ]
  })
  return words.map((message) => ({ file: 'certificate', message }))
}
