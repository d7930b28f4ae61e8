import type { ObservedRequest } from '../diagnostics/client-diagnostics.ts'
import { InvalidOptionError, TimeoutError } from '../errors/client-errors.ts'
import { serverError } from '../errors/server-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import type { JuteReader } from '../protocol/jute/jute-reader.ts'
import type { JuteWriter } from '../protocol/jute/jute-writer.ts'
import type { OpCode } from '../protocol/op-code.ts'
import type { Operation } from '../protocol/operations/operation.ts'
import { abortError } from './abort-error.ts'
import type { Clock } from './clock.ts'
import { startDeadline } from './deadline.ts'
import type { Settleable } from './delivery-order.ts'
import { onAbort } from './on-abort.ts'

/** What a connection needs of a request: it knows nothing of its types. */
export interface Outgoing extends Settleable {
  readonly opCode: OpCode
  /** Nobody waits for it any more: not worth sending. */
  readonly settled: boolean
  /** The number on its connection; 0 until it is written. */
  readonly xid: number
  encode(writer: JuteWriter): void
  /** It was written, under this number; `atMs` is the connection's clock. */
  sent(xid: number, atMs: number): void
  /** Takes the reply in, without telling the caller yet. Throws a `ProtocolError` for a body that makes no sense. */
  receive(err: number, body: JuteReader, atMs: number): void
  fail(error: ZooKeeperError): void
  /** Fails with an error made by `make`, told the path and whether the request may have been carried out. */
  failWith(make: (facts: CallFacts) => ZooKeeperError): void
}

/** What the error of an unanswered call should say. */
export interface CallFacts {
  readonly path: string | undefined
  readonly mayHaveHappened: boolean
}

/** How a call's answer becomes its result. */
export interface CallHandlers<Response, Result> {
  /** Turns the response into the result; may throw a `ZooKeeperError` to fail the call. */
  readonly convert: (response: Response) => Result
  /** Turns a refusal into a result, where it is one: NoNode for exists. */
  readonly recover?: (err: number) => { readonly result: Result } | undefined
  /** What else the message of a refusal should say. */
  readonly hint?: (err: number) => string | undefined
  /** Runs just before the request is written; what it throws fails the call, and nothing is written. */
  readonly onSending?: () => void
  /** Runs when the request is written, so before its reply and any event behind that can come. */
  readonly onSent?: () => void
  /** Runs when the call fails, whatever the reason, before its caller hears of it. */
  readonly onFailure?: () => void
}

/**
 * When a caller stops waiting. A request that still waits for a connection then is never sent. One that was sent cannot be taken
 * back: a write may have happened, or may still happen, and `mayHaveHappened` of the error says so.
 */
export interface CallOptions {
  /** Aborting it ends the call with an `AbortError`; one of `AbortSignal.timeout` with a `TimeoutError`. */
  readonly signal?: AbortSignal | undefined
  /**
   * After so many milliseconds without an answer the call ends with a `TimeoutError`; they count from the call, not from its sending.
   * 0 or less: at once. Default: the client's `requestTimeoutMs`; `Infinity`: never.
   */
  readonly timeoutMs?: number | undefined
}

/** What a call is about. */
export interface CallSubject {
  /** The path as the caller wrote it, for errors. */
  readonly path?: string | undefined
  /** Whether the request changes anything on the server. */
  readonly mutates: boolean
}

/** Who looks on. */
export interface CallObserver {
  requestSent(call: ObservedRequest): void
  requestAnswered(
    call: ObservedRequest,
    error: ZooKeeperError | undefined,
    durationMs: number,
  ): void
  requestFailed(call: ObservedRequest, error: ZooKeeperError): void
}

type Outcome<Result> = { readonly result: Result } | { readonly error: ZooKeeperError }

/** One request, from the caller's `await` to the reply's bytes and back. */
export class Call<Request, Response, Result> implements Outgoing, ObservedRequest {
  readonly promise: Promise<Result>
  readonly opCode: OpCode
  readonly path: string | undefined
  xid = 0
  settled = false
  readonly #operation: Operation<Request, Response>
  readonly #request: Request
  readonly #mutates: boolean
  readonly #handlers: CallHandlers<Response, Result>
  readonly #observer: CallObserver | undefined
  #sentAtMs = 0
  #resolve: (result: Result) => void = ignore
  #reject: (error: ZooKeeperError) => void = ignore
  #outcome: Outcome<Result> | undefined
  #stopWaiting: (() => void) | undefined

  constructor(
    operation: Operation<Request, Response>,
    request: Request,
    subject: CallSubject,
    handlers: CallHandlers<Response, Result>,
    observer?: CallObserver,
  ) {
    this.opCode = operation.opCode
    this.path = subject.path
    this.#operation = operation
    this.#request = request
    this.#mutates = subject.mutates
    this.#handlers = handlers
    this.#observer = observer
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Ends the call when the signal says so or the time is up. */
  limit(options: CallOptions, clock: Clock): void {
    const { signal, timeoutMs } = options
    if (signal === undefined && timeoutMs === undefined) return
    const abort = () =>
      this.failWith((facts) => abortError(signal?.reason, 'the call was aborted', facts))
    if (signal?.aborted === true) {
      abort()
      return
    }
    const onPassed = () =>
      this.failWith((facts) => new TimeoutError(`no answer within ${timeoutMs} ms`, facts))
    const timer = startDeadline(timeoutMs, clock, onPassed)
    if (this.settled) return
    const forget = signal === undefined ? undefined : onAbort(signal, abort)
    this.#stopWaiting = () => {
      forget?.()
      timer?.cancel()
    }
  }

  encode(writer: JuteWriter): void {
    this.#operation.encodeRequest(writer, this.#request)
    this.#handlers.onSending?.()
  }

  sent(xid: number, atMs: number): void {
    this.xid = xid
    this.#sentAtMs = atMs
    this.#handlers.onSent?.()
    this.#observer?.requestSent(this)
  }

  receive(err: number, body: JuteReader, atMs: number): void {
    if (this.settled) return
    const outcome = err === 0 ? this.#take(body) : this.#refused(err)
    this.#outcome = outcome
    const error = 'error' in outcome ? outcome.error : undefined
    this.#observer?.requestAnswered(this, error, atMs - this.#sentAtMs)
  }

  settle(): void {
    const outcome = this.#outcome
    if (outcome === undefined || this.settled) return
    if ('error' in outcome) {
      this.fail(outcome.error)
      return
    }
    this.#end()
    this.#resolve(outcome.result)
  }

  fail(error: ZooKeeperError): void {
    if (this.settled) return
    if (this.#outcome === undefined) this.#observer?.requestFailed(this, error)
    this.#end()
    this.#handlers.onFailure?.()
    this.#reject(error)
  }

  failWith(make: (facts: CallFacts) => ZooKeeperError): void {
    if (this.settled) return
    const wasSent = this.xid !== 0
    this.fail(make({ path: this.path, mayHaveHappened: wasSent && this.#mutates }))
  }

  #take(body: JuteReader): Outcome<Result> {
    const response = this.#operation.decodeResponse(body)
    try {
      return { result: this.#handlers.convert(response) }
    } catch (error) {
      return { error: asZooKeeperError(error) }
    }
  }

  #refused(err: number): Outcome<Result> {
    return (
      this.#handlers.recover?.(err) ?? {
        error: serverError(err, this.path, {
          mutates: this.#mutates,
          hint: this.#handlers.hint?.(err),
        }),
      }
    )
  }

  #end(): void {
    this.settled = true
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
  }
}

/** What a caller threw at us from a conversion or an encoder: ours as it is, anything else as an invalid argument. */
export function asZooKeeperError(error: unknown): ZooKeeperError {
  if (error instanceof ZooKeeperError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new InvalidOptionError(message, { cause: error })
}

function ignore(): void {}
