import { debuglog } from 'node:util'
import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { type OpCode, opCodeName } from '../protocol/op-code.ts'
import { channels } from './channels.ts'
import { LatencyHistogram, type LatencyStats } from './latency-histogram.ts'
import type { RequestMessage } from './messages.ts'
import { RequestCounts, type RequestStats } from './request-counts.ts'

/** `NODE_DEBUG=zookeeper` switches it on. It tells paths and states, never data or credentials. */
const log = debuglog('zookeeper')

/** What is told of a request. */
export interface ObservedRequest {
  readonly opCode: OpCode
  readonly path: string | undefined
  readonly xid: number
}

/** Where a connection goes. */
interface Endpoint {
  readonly host: string
  readonly port: number
}

/** What was counted since the client was made. */
export interface DiagnosticsStats {
  /** All operations together. */
  readonly requests: RequestStats
  /** By the operation's name, such as `getData`; those that were never used are missing. */
  readonly requestsByOperation: Readonly<Record<string, RequestStats>>
  /** Requests on the wire that a caller waits for. */
  readonly inFlight: number
  /** From the writing of a request to the arrival of its reply. */
  readonly latency: LatencyStats
  /** Of ZooKeeper's protocol; TLS adds to it. */
  readonly bytes: { readonly sent: number; readonly received: number }
  readonly connections: {
    readonly attempts: number
    /** Those whose handshake succeeded. */
    readonly established: number
    /** Those of them that have ended. */
    readonly closed: number
    /** Those of them behind the first one. */
    readonly reconnects: number
  }
  /** Sessions that a server said were gone. */
  readonly sessionsLost: number
  readonly watchEvents: number
  /** Pings that were answered. */
  readonly pings: number
}

/**
 * One client seen from outside: counts what happens, and tells the channels and the debug log where somebody listens.
 * The layers call it at the moment of the thing, so its order is the order of things.
 */
export class ClientDiagnostics {
  readonly client: string
  readonly #isLogging = log.enabled
  readonly #counts = new RequestCounts()
  readonly #latency = new LatencyHistogram()
  #inFlight = 0
  #bytesSent = 0
  #bytesReceived = 0
  #attempts = 0
  #established = 0
  #closed = 0
  #sessionsLost = 0
  #watchEvents = 0
  #pings = 0

  constructor(client: string) {
    this.client = client
  }

  snapshot(): DiagnosticsStats {
    return {
      requests: this.#counts.total,
      requestsByOperation: this.#counts.byOperation,
      inFlight: this.#inFlight,
      latency: this.#latency.snapshot(),
      bytes: { sent: this.#bytesSent, received: this.#bytesReceived },
      connections: {
        attempts: this.#attempts,
        established: this.#established,
        closed: this.#closed,
        reconnects: Math.max(0, this.#established - 1),
      },
      sessionsLost: this.#sessionsLost,
      watchEvents: this.#watchEvents,
      pings: this.#pings,
    }
  }

  bytesSent(bytes: number): void {
    this.#bytesSent += bytes
  }

  bytesReceived(bytes: number): void {
    this.#bytesReceived += bytes
  }

  connectStart({ host, port }: Endpoint): void {
    this.#attempts++
    if (channels.connectStart.hasSubscribers) {
      channels.connectStart.publish({ client: this.client, host, port })
    }
    if (this.#isLogging) log('%s: connecting to %s:%d', this.client, host, port)
  }

  /** The handshake is over; `sessionId` is 0 when the server says that the session has expired. */
  connectEnd(
    { host, port }: Endpoint,
    outcome: { sessionId: bigint; sessionTimeoutMs: number; durationMs: number },
  ): void {
    this.#established++
    if (channels.connectEnd.hasSubscribers) {
      const message = { client: this.client, host, port, error: undefined, ...outcome }
      channels.connectEnd.publish(message)
    }
    if (this.#isLogging) {
      const { sessionId, sessionTimeoutMs } = outcome
      const session = `session 0x${sessionId.toString(16)}, timeout ${sessionTimeoutMs} ms`
      log('%s: connected to %s:%d, %s', this.client, host, port, session)
    }
  }

  connectFailed({ host, port }: Endpoint, error: Error, durationMs: number): void {
    if (channels.connectEnd.hasSubscribers) {
      const none = { sessionId: 0n, sessionTimeoutMs: 0 }
      channels.connectEnd.publish({ client: this.client, host, port, error, durationMs, ...none })
    }
    if (this.#isLogging) log('%s: no connection to %s:%d: %s', this.client, host, port, error)
  }

  connectionClosed({ host, port }: Endpoint, reason: Error): void {
    this.#closed++
    if (channels.connectionClosed.hasSubscribers) {
      channels.connectionClosed.publish({ client: this.client, host, port, reason })
    }
    if (this.#isLogging) log('%s: connection to %s:%d ended: %s', this.client, host, port, reason)
  }

  stateChanged(state: string, previous: string, sessionId: bigint): void {
    if (state === 'lost') this.#sessionsLost++
    if (channels.state.hasSubscribers) {
      channels.state.publish({ client: this.client, state, previous, sessionId })
    }
    if (this.#isLogging) log('%s: %s, was %s', this.client, state, previous)
  }

  requestSent(request: ObservedRequest): void {
    this.#inFlight++
    this.#counts.add(request.opCode, 'sent')
    if (channels.requestSent.hasSubscribers) channels.requestSent.publish(this.#message(request))
    if (this.#isLogging) this.#logRequest(request, 'sent')
  }

  /** The server's answer, `error` where it refused. */
  requestAnswered(
    request: ObservedRequest,
    error: ZooKeeperError | undefined,
    durationMs: number,
  ): void {
    this.#inFlight--
    this.#counts.add(request.opCode, error === undefined ? 'answered' : 'refused')
    this.#latency.record(durationMs)
    if (channels.requestAnswered.hasSubscribers) {
      channels.requestAnswered.publish({ ...this.#message(request), error, durationMs })
    }
    if (this.#isLogging) this.#logRequest(request, `answered: ${error?.code ?? 'ok'}`)
  }

  /** The client gave it up. */
  requestFailed(request: ObservedRequest, error: ZooKeeperError): void {
    if (request.xid !== 0) this.#inFlight--
    this.#counts.add(request.opCode, 'failed')
    if (channels.requestFailed.hasSubscribers) {
      channels.requestFailed.publish({ ...this.#message(request), error })
    }
    if (this.#isLogging) this.#logRequest(request, `failed: ${error.code}`)
  }

  watchArmed(kind: string, path: string): void {
    if (channels.watchArmed.hasSubscribers) {
      channels.watchArmed.publish({ client: this.client, kind, path })
    }
    if (this.#isLogging) log('%s: %s watch on %s', this.client, kind, path)
  }

  watchEvent(type: string, path: string, zxid: bigint | undefined): void {
    this.#watchEvents++
    if (channels.watchEvent.hasSubscribers) {
      channels.watchEvent.publish({ client: this.client, type, path, zxid })
    }
    if (this.#isLogging) log('%s: %s %s', this.client, path, type)
  }

  /** How many paths, by kind, a new connection has a watch on again. */
  watchesRestored(byKind: Readonly<Record<string, number>>): void {
    const watches = Object.values(byKind).reduce((sum, count) => sum + count, 0)
    if (watches === 0) return
    if (channels.watchesRestored.hasSubscribers) {
      channels.watchesRestored.publish({ client: this.client, watches })
    }
    if (this.#isLogging) log('%s: %d watches restored', this.client, watches)
  }

  pingAnswered(durationMs: number): void {
    this.#pings++
    if (channels.ping.hasSubscribers) channels.ping.publish({ client: this.client, durationMs })
    if (this.#isLogging) log('%s: ping answered after %d ms', this.client, durationMs)
  }

  #message({ opCode, path, xid }: ObservedRequest): RequestMessage {
    return { client: this.client, operation: opCodeName(opCode), path, xid }
  }

  #logRequest({ opCode, path, xid }: ObservedRequest, what: string): void {
    const request = path === undefined ? opCodeName(opCode) : `${opCodeName(opCode)} ${path}`
    log('%s: %s (number %d) %s', this.client, request, xid, what)
  }
}
