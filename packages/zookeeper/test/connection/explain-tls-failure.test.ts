import { describe, expect, it } from 'vitest'
import { explainTlsFailure } from '../../src/connection/explain-tls-failure.ts'
import { TlsError } from '../../src/index.ts'

const failure = (code: string, more = {}) =>
  Object.assign(new Error(`it failed with ${code}`), { code, ...more })
const before = { isSecure: false, hasClientCertificate: false }

describe('the explanation of a failure of TLS', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['CERT_HAS_EXPIRED', 'expired'],
    ['CERT_NOT_YET_VALID', 'notYetValid'],
    ['CERT_REVOKED', 'revoked'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'nameMismatch'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'notTls'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'noAgreement'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'clientCertificateMissing'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'clientCertificateMissing'],
    ['ERR_SSL_NEVER_SEEN', 'other'],
  ])('of %s is that it is %s, for good', (code, reason) => {
    const cause = failure(code)
    const explained = explainTlsFailure(cause, before)
    expect(explained).toBeInstanceOf(TlsError)
    expect(explained).toMatchObject({ code: 'ZK_TLS', reason, retryable: false, cause })
  })

  it('blames the certificate that we showed', () => {
    for (const alert of ['BAD_CERTIFICATE', 'CERTIFICATE_EXPIRED', 'CERTIFICATE_UNKNOWN']) {
      const error = failure(`ERR_SSL_SSLV3_ALERT_${alert}`)
      const facts = { isSecure: true, hasClientCertificate: true }
      expect(explainTlsFailure(error, facts)).toMatchObject({ reason: 'clientCertificateRefused' })
    }
  })

  it('takes a reset in the middle of the handshake for something that may pass', () => {
    const error = failure('ECONNRESET')
    expect(explainTlsFailure(error, before)).toMatchObject({
      reason: 'disconnected',
      retryable: true,
    })
    expect(explainTlsFailure(error, { ...before, isSecure: true })).toBe(error)
  })

  it("leaves alone what is not TLS's fault", () => {
    for (const error of [failure('ECONNREFUSED'), failure('ETIMEDOUT'), new Error('no code')]) {
      expect(explainTlsFailure(error, before)).toBe(error)
    }
  })

  it("has OpenSSL's short reason in its message", () => {
    const error = failure('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', { reason: 'tlsv1 alert unknown ca' })
    expect(explainTlsFailure(error, before).message).toMatch(/: tlsv1 alert unknown ca$/)
  })
})
