import { readCertificates, validityWarning } from './pem.ts'
import type { SecretFileIssue, SecretRead } from './read-result.ts'

/** Certificates of those who sign. Pure. */
export function readCa(text: string, now: Date): SecretRead {
  const certificates = readCertificates(text)
  if ('problem' in certificates) {
    return { issues: [{ file: 'certificates', message: certificates.problem }] }
  }
  const count = certificates.parsed.length
  const warnings = certificates.parsed.flatMap((certificate, index): SecretFileIssue[] => {
    const which = count === 1 ? 'the certificate' : `certificate ${index + 1} of ${count}`
    const validity = validityWarning(certificate, now)
    return [
      ...(validity === undefined ? [] : [`${which} ${validity}`]),
      ...(certificate.ca ? [] : [`${which} is no CA's: it cannot sign others`]),
    ].map((message) => ({ file: 'certificates', message }))
  })
  return { bytes: { type: 'CA', certificatesPem: certificates.pem }, warnings }
}
