import type { Clock } from '../connection/clock.ts'
import type { TlsSource } from '../connection/tls-options.ts'
import type { ClientDiagnostics } from '../diagnostics/client-diagnostics.ts'
import type { SaslMechanism } from '../sasl/sasl-mechanism.ts'
import type { BackOffOptions } from './back-off.ts'
import type { HostSpec } from './connect-string.ts'
import type { Resolve } from './host-list.ts'
import type { Credential } from './restore.ts'
import type { SessionIdentity } from './session-memory.ts'

/** What a session is made of. */
export interface SessionOptions {
  readonly hosts: readonly HostSpec[]
  readonly resolve: Resolve
  /** The timeout to ask for; the server may give another. */
  readonly sessionTimeoutMs: number
  /** Undefined: no TLS. */
  readonly tls: TlsSource | undefined
  /** Undefined: no SASL. */
  readonly sasl: SaslMechanism | undefined
  /** Whether a server without a quorum will do while there is no other. */
  readonly canBeReadOnly: boolean
  /** A session to attach to; undefined asks for a new one. */
  readonly session: SessionIdentity | undefined
  readonly credentials: readonly Credential[]
  readonly maxReplyBytes: number
  readonly maxRequestBytes: number
  readonly maxQueuedRequests: number
  readonly reconnect: BackOffOptions
  readonly clock: Clock
  readonly random: () => number
  readonly diagnostics: ClientDiagnostics
}

/** How a client ends. */
export interface CloseOptions {
  /**
   * Leave the session to itself (default false): its ephemeral znodes stay for as long as its timeout, or until somebody attaches to it
   * with its `id` and `password`.
   */
  readonly keepSession?: boolean | undefined
}
