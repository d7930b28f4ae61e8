import { type Clock, systemClock } from '../connection/clock.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { PASSWORD_BYTES } from '../protocol/records/connect.ts'
import { type DigestMd5Options, digestMd5 } from '../sasl/digest-md5/digest-md5.ts'
import type { SaslMechanism } from '../sasl/sasl-mechanism.ts'
import type { BackOffOptions } from '../session/back-off.ts'
import { type HostSpec, parseConnectString } from '../session/connect-string.ts'
import { type Resolve, resolveWithSystem } from '../session/host-list.ts'
import type { Credential } from '../session/restore.ts'
import type { SessionIdentity } from '../session/session-memory.ts'
import type { SessionOptions } from '../session/session-options.ts'
import { checkOptions, shown } from './check-arguments.ts'
import { resolveTls, type TlsOption } from './tls.ts'

/** A connect string, or its parts: `['zk1:2181', 'zk2:2181/app']` is `'zk1:2181,zk2:2181/app'`. */
export type Hosts = string | readonly string[]

/** Settings of a client. Each has a default. */
export interface ZooKeeperOptions {
  /** What diagnostics and the debug log call this client (default `zookeeper-1`, `zookeeper-2`, …). */
  readonly name?: string | undefined
  /**
   * The session timeout to ask for, in milliseconds (default 10,000). The server clamps it to its own bounds, by default
   * 2 to 20 ticks of 2 s. Ephemeral znodes outlive their process by up to this, plus a tick.
   */
  readonly sessionTimeoutMs?: number | undefined
  /**
   * Speak TLS, for a server's `secureClientPort` (default: plain TCP). A function is asked anew at each connection, so that
   * certificates can be renewed without a restart; what it throws costs the attempt to connect.
   */
  readonly tls?: TlsOption | undefined
  /**
   * Who to be for SASL, on every connection and before anything else is said (default: nobody): a user of the server's DIGEST-MD5, or a
   * mechanism of your own. A server that refuses leaves the client `authFailed` for good.
   */
  readonly sasl?: DigestMd5Options | SaslMechanism | undefined
  /**
   * Whether a server without a quorum will do while there is no other (default false): the state is `connectedReadOnly` then. Servers
   * go on like that where `readonlymode.enabled` is set and, since 3.6, `localSessionsEnabled` too.
   */
  readonly canBeReadOnly?: boolean | undefined
  /**
   * A session of before to attach to (default: a new one), as another client's `session` gave it: its ephemeral znodes stay, its watches
   * are not known. When it has expired, the state becomes `lost` and then `connected` with a new one. A client that still has it is cut off
   * by its server, attaches again, and cuts this one off: let only one have it.
   */
  readonly session?: SessionIdentity | undefined
  /** Identities to prove on every connection, before anything else (default none). */
  readonly auth?: readonly Credential[] | undefined
  /**
   * The longest reply to accept (default 64 MiB). Not `jute.maxbuffer`: servers do not limit what they answer, and getChildren of
   * a large folder goes beyond 1 MiB. A longer one closes the connection.
   */
  readonly maxReplyBytes?: number | undefined
  /** The longest request to send (default 1,048,575, the servers' `jute.maxbuffer`). A longer one fails alone, with `ZK_FRAME_TOO_LONG`. */
  readonly maxRequestBytes?: number | undefined
  /**
   * The `timeoutMs` of every single request that names none (the Java client's `zookeeper.request.timeout`; default: none, so a request waits
   * until the server answers, or the connection or the session is lost). What happens to a write then stands at `CallOptions`. `connect`,
   * `drain`, and what takes several requests (`ensurePath`, `deleteRecursive`, `retry`, recipes) have no limit but their own `timeoutMs`: the
   * requests of theirs have this one, and are repeated where that is safe.
   */
  readonly requestTimeoutMs?: number | undefined
  /** How many requests may wait for a connection with room for them (default 100,000). One more fails with `QueueFullError`: see `drain`. */
  readonly maxQueuedRequests?: number | undefined
  /** The pause between rounds over all hosts (default 50 ms, doubling to 2,000 ms), half of it random. */
  readonly reconnect?: Partial<BackOffOptions> | undefined
  /** For tests: where time comes from. */
  readonly clock?: Clock | undefined
  /** For tests: numbers from 0 up to 1, for shuffling and jitter. */
  readonly random?: (() => number) | undefined
  /** For tests and service discovery: gives a name's addresses. Default: the operating system's. */
  readonly resolve?: Resolve | undefined
}

const defaults = {
  sessionTimeoutMs: 10_000,
  maxReplyBytes: 64 * 1024 * 1024,
  maxRequestBytes: 0xfffff,
  maxQueuedRequests: 100_000,
  reconnectMinMs: 50,
  reconnectMaxMs: 2_000,
} as const

/** Options with all defaults filled in, and the connect string read. */
export interface ResolvedOptions extends Omit<SessionOptions, 'diagnostics'> {
  readonly chroot: string
  /** Undefined: none. */
  readonly requestTimeoutMs: number | undefined
}

/** Reads the hosts of a connect string whose path, if it has one, is the client's. Throws an `InvalidOptionError`. */
export function readServerList(hosts: Hosts, chroot: string): readonly HostSpec[] {
  const connectString = toConnectString(hosts)
  const read = parseConnectString(connectString)
  if (read.chroot !== '' && read.chroot !== chroot) {
    throw new InvalidOptionError(`the path of "${connectString}" is not the client's, "${chroot}"`)
  }
  return read.hosts
}

/** Throws an `InvalidOptionError` for values that cannot be. */
export function resolveOptions(servers: Hosts, options: ZooKeeperOptions): ResolvedOptions {
  checkOptions(options)
  const { hosts, chroot } = parseConnectString(toConnectString(servers))
  return {
    hosts,
    chroot,
    sessionTimeoutMs: positive('sessionTimeoutMs', options, defaults.sessionTimeoutMs),
    maxReplyBytes: positive('maxReplyBytes', options, defaults.maxReplyBytes),
    maxRequestBytes: positive('maxRequestBytes', options, defaults.maxRequestBytes),
    requestTimeoutMs:
      options.requestTimeoutMs === undefined
        ? undefined
        : positive('requestTimeoutMs', options, options.requestTimeoutMs),
    maxQueuedRequests: positive('maxQueuedRequests', options, defaults.maxQueuedRequests),
    tls: options.tls === undefined ? undefined : resolveTls(options.tls),
    sasl: options.sasl === undefined ? undefined : mechanismOf(options.sasl),
    canBeReadOnly: options.canBeReadOnly ?? false,
    session: options.session && checkSession(options.session),
    credentials: options.auth ?? [],
    reconnect: {
      minMs: options.reconnect?.minMs ?? defaults.reconnectMinMs,
      maxMs: options.reconnect?.maxMs ?? defaults.reconnectMaxMs,
    },
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    resolve: options.resolve ?? resolveWithSystem,
  }
}

function toConnectString(hosts: Hosts): string {
  const parts: readonly unknown[] =
    typeof hosts === 'string' ? [hosts] : Array.isArray(hosts) ? hosts : []
  if (parts.length > 0 && parts.every((part) => typeof part === 'string')) return parts.join(',')
  throw new InvalidOptionError(
    `the servers must be a connect string or a list of such, not ${shown(hosts)}`,
  )
}

function checkSession(session: SessionIdentity): SessionIdentity {
  const { id, password } = session
  if (id === 0n || BigInt.asIntN(64, id) !== id || password.length !== PASSWORD_BYTES) {
    throw new InvalidOptionError(
      `session must be an id of 64 bits, not 0, and a password of ${PASSWORD_BYTES} bytes`,
    )
  }
  return session
}

function mechanismOf(sasl: DigestMd5Options | SaslMechanism): SaslMechanism {
  if ('start' in sasl) return sasl
  if (sasl.mechanism === 'DIGEST-MD5') return digestMd5(sasl)
  throw new InvalidOptionError('sasl.mechanism must be "DIGEST-MD5", or sasl a SaslMechanism')
}

type Limit =
  | 'sessionTimeoutMs'
  | 'requestTimeoutMs'
  | 'maxReplyBytes'
  | 'maxRequestBytes'
  | 'maxQueuedRequests'

function positive(name: Limit, options: ZooKeeperOptions, fallback: number): number {
  const value = options[name] ?? fallback
  if (!Number.isInteger(value) || value < 1 || value > 0x7fffffff) {
    throw new InvalidOptionError(
      `${name} must be a whole number from 1 to 2147483647, not ${value}`,
    )
  }
  return value
}
