import { ZooKeeperError } from './zookeeper-error.ts'

/**
 * Why there is no TLS with a server.
 *
 * - `untrusted`: nobody whom `ca` trusts has signed the server's certificate.
 * - `nameMismatch`: the server's certificate is for another name.
 * - `expired`, `notYetValid`, `revoked`: the server's certificate holds no more, not yet, or was taken back.
 * - `clientCertificateMissing`: the server wants a certificate, and there is no `cert`.
 * - `clientCertificateRefused`: the server does not accept `cert`: its authority, or its age.
 * - `notTls`: the server answers, but not in TLS.
 * - `noAgreement`: the two have no version or cipher of TLS in common.
 * - `disconnected`: the server closed the connection instead of answering. A port without TLS does that, and a server that
 *   is just going down: the only reason for which trying again can help.
 * - `other`: see `cause`.
 */
export type TlsFailure =
  | 'untrusted'
  | 'nameMismatch'
  | 'expired'
  | 'notYetValid'
  | 'revoked'
  | 'clientCertificateMissing'
  | 'clientCertificateRefused'
  | 'notTls'
  | 'noAgreement'
  | 'disconnected'
  | 'other'

/**
 * There is no TLS with a server. Found as `lastConnectionError`; `connect` rejects with it when all servers of a round fail in a way that
 * trying again does not mend. `cause` is what Node.js said.
 */
export class TlsError extends ZooKeeperError {
  override readonly code = 'ZK_TLS'
  override readonly retryable: boolean
  readonly reason: TlsFailure

  constructor(reason: TlsFailure, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
    this.retryable = reason === 'disconnected'
  }
}
