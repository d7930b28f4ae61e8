import { TlsError, type TlsFailure } from '../errors/tls-error.ts'

/** What is known of a connection that failed. */
export interface TlsFailureFacts {
  /** Whether the two had agreed on keys already. In TLS 1.3 the server looks at our certificate only after that. */
  readonly isSecure: boolean
  readonly hasClientCertificate: boolean
}

type Explanation = readonly [reason: TlsFailure, message: string]

const UNTRUSTED: Explanation = [
  'untrusted',
  "the server's certificate is not signed by an authority that is trusted",
]
const NO_AGREEMENT: Explanation = [
  'noAgreement',
  'the server and we have no version or cipher of TLS in common',
]

/** By the `code` of the error: OpenSSL's X509_V_ERR_… for the server's certificate, ERR_SSL_… for what was said. */
const explanations = new Map<string, Explanation>([
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['CERT_SIGNATURE_FAILURE', UNTRUSTED],
  ['CERT_UNTRUSTED', UNTRUSTED],
  ['CERT_REJECTED', UNTRUSTED],
  ['INVALID_CA', UNTRUSTED],
  ['INVALID_PURPOSE', UNTRUSTED],
  ['PATH_LENGTH_EXCEEDED', UNTRUSTED],
  ['CERT_CHAIN_TOO_LONG', UNTRUSTED],
  ['CERT_HAS_EXPIRED', ['expired', "the server's certificate has expired"]],
  ['CERT_NOT_YET_VALID', ['notYetValid', "the server's certificate is not valid yet"]],
  ['CERT_REVOKED', ['revoked', "the server's certificate was revoked"]],
  [
    'ERR_TLS_CERT_ALTNAME_INVALID',
    ['nameMismatch', "the server's certificate is for another name"],
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', ['notTls', 'the server answers, but not in TLS']],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', NO_AGREEMENT],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', NO_AGREEMENT],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', NO_AGREEMENT],
  ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', NO_AGREEMENT],
])

/** The alerts by which a server turns a client's certificate down, or says that it misses one (RFC 8446, 6.2). */
const CLIENT_CERTIFICATE_ALERT =
  /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN|REQUIRED)|UNKNOWN_CA|ACCESS_DENIED)$/

/** Says in words why a connection over TLS failed; gives back what is not TLS's fault as it is. */
export function explainTlsFailure(error: Error, facts: TlsFailureFacts): Error {
  const code = 'code' in error ? String(error.code) : ''
  const known = explanations.get(code) ?? explainAlert(code, facts)
  if (known !== undefined) return new TlsError(known[0], `${known[1]}: ${detailOf(error)}`, error)
  if (code === 'ECONNRESET' && !facts.isSecure) return serverLeft(error)
  const isTls = /^ERR_(?:SSL|TLS|OSSL)_/.test(code) || code === 'EPROTO'
  return isTls ? new TlsError('other', `TLS failed: ${detailOf(error)}`, error) : error
}

/** The error of a connection that the server ended before TLS stood. */
export function serverLeft(cause?: Error): TlsError {
  const message =
    'the server closed the connection during the TLS handshake: this port may not speak TLS'
  return new TlsError('disconnected', message, cause)
}

/** OpenSSL's `reason` is short ("sslv3 alert bad certificate"); its message has places in source files too. */
function detailOf(error: Error): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
}

function explainAlert(code: string, facts: TlsFailureFacts): Explanation | undefined {
  if (!CLIENT_CERTIFICATE_ALERT.test(code)) return undefined
  return facts.hasClientCertificate
    ? ['clientCertificateRefused', 'the server does not accept our certificate']
    : ['clientCertificateMissing', 'the server wants a client certificate']
}
