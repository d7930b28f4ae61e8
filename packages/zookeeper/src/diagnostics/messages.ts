import type { ZooKeeperError } from '../errors/zookeeper-error.ts'

/** What every message says. */
interface FromClient {
  /** The client's `name` option. */
  readonly client: string
}

/** A message about one connection. */
interface AboutConnection extends FromClient {
  /** The server's address, or its name where TLS or the connect string has only that. */
  readonly host: string
  readonly port: number
}

/** A message about one request. Data and credentials are never in it. */
export interface RequestMessage extends FromClient {
  /** The name of the operation code: `getData`, `multi`, `setWatches`, … */
  readonly operation: string
  /** As the caller wrote it, below the chroot; undefined for a request that names none. */
  readonly path: string | undefined
  /** Its number on its connection; 0 when it was never sent, negative for those that the client makes by itself. */
  readonly xid: number
}

/** What each channel of `node:diagnostics_channel` is told. docs/diagnostics.md says in which order. */
export interface DiagnosticsMessages {
  /** A connection is being made. One `connect:end` follows. */
  readonly 'zookeeper:connect:start': AboutConnection
  /** The handshake is over, or failed. Where it was not, one `connection:closed` follows. */
  readonly 'zookeeper:connect:end': AboutConnection & {
    /** Why there is no connection; undefined when there is. */
    readonly error: Error | undefined
    /** 0 when there is no connection, or the server says that the session has expired. */
    readonly sessionId: bigint
    /** As negotiated, in milliseconds; 0 where `sessionId` is. */
    readonly sessionTimeoutMs: number
    readonly durationMs: number
  }
  /** A connection that was made has ended. Its unanswered requests fail next. */
  readonly 'zookeeper:connection:closed': AboutConnection & { readonly reason: Error }
  /** The client's state changed; both are a `SessionState`. Told before the listeners of `onStateChange`. */
  readonly 'zookeeper:state': FromClient & {
    readonly state: string
    readonly previous: string
    readonly sessionId: bigint
  }
  /** A request was written. One `answered` or one `failed` follows. */
  readonly 'zookeeper:request:sent': RequestMessage
  /** A reply came in, in the order of the wire; the caller's promise settles after it. */
  readonly 'zookeeper:request:answered': RequestMessage & {
    /** The refusal; undefined when the server did as asked. */
    readonly error: ZooKeeperError | undefined
    /** From the writing of the request to the arrival of the reply. */
    readonly durationMs: number
  }
  /** The client ended a call without an answer: the connection was lost, the time was up, the caller aborted it, … */
  readonly 'zookeeper:request:failed': RequestMessage & { readonly error: ZooKeeperError }
  /** A watch was left on the server for the first time; after a reconnect see `watches:restored`. */
  readonly 'zookeeper:watch:armed': FromClient & {
    /** `data`, `exist` or `child` for a one-shot watch, else the mode of a persistent one. */
    readonly kind: string
    /** The server's path, chroot included. */
    readonly path: string
  }
  /** A watch event came in, in the order of the wire; its listeners hear of it after this. */
  readonly 'zookeeper:watch:event': FromClient & {
    readonly type: string
    /** The server's path, chroot included. */
    readonly path: string
    /** The transaction; undefined from servers before 3.9, which do not say. */
    readonly zxid: bigint | undefined
  }
  /** A new connection was told of all watches again. */
  readonly 'zookeeper:watches:restored': FromClient & {
    /** Paths with a watch, each counted once for each kind. */
    readonly watches: number
  }
  /** The server answered a ping. */
  readonly 'zookeeper:ping': FromClient & { readonly durationMs: number }
}

/** The name of a channel. */
export type DiagnosticsChannelName = keyof DiagnosticsMessages
