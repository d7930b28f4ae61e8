import { Call, type CallHandlers, type CallOptions } from '../connection/call.ts'
import { InvalidPathError } from '../errors/client-errors.ts'
import type { Operation } from '../protocol/operations/operation.ts'
import { pathProblem } from '../protocol/path.ts'
import type { Session } from '../session/session.ts'
import { checkOptions } from './check-arguments.ts'

/** What a call is about. */
export interface Subject {
  /** As the caller wrote it. */
  readonly path: string
  readonly mutates: boolean
  /** Whether the path may end in "/". */
  readonly sequential?: boolean
}

/** Checks calls and hands them to the session. */
export class Caller {
  readonly #session: Session
  readonly #requestTimeoutMs: number | undefined

  /** `requestTimeoutMs` is for the calls that say nothing else; undefined: they wait as long as it takes. */
  constructor(session: Session, requestTimeoutMs: number | undefined) {
    this.#session = session
    this.#requestTimeoutMs = requestTimeoutMs
  }

  /** When a call that was made with these options ends. */
  limits(options: CallOptions): CallOptions {
    const { signal, timeoutMs = this.#requestTimeoutMs } = options
    return timeoutMs === options.timeoutMs ? options : { signal, timeoutMs }
  }

  /** Makes the call. The promise rejects, and nothing is sent, when the path or the options cannot be. */
  call<Request, Response, Result>(
    operation: Operation<Request, Response>,
    request: Request,
    subject: Subject,
    handlers: CallHandlers<Response, Result>,
    options: CallOptions,
  ): Promise<Result> {
    try {
      checkPath(subject.path, subject)
      checkOptions(options, subject.path)
    } catch (error) {
      return Promise.reject(error)
    }
    const call = new Call(operation, request, subject, handlers, this.#session.diagnostics)
    call.limit(this.limits(options), this.#session.clock)
    if (!call.settled) this.#session.submit(call)
    return call.promise
  }

  /** A call that changes nothing on the server. */
  read<Request, Response, Result>(
    operation: Operation<Request, Response>,
    path: string,
    request: Request,
    convert: (response: Response) => Result,
    options: CallOptions,
  ): Promise<Result> {
    return this.call(operation, request, { path, mutates: false }, { convert }, options)
  }

  /** A call that may have happened although its answer was lost. */
  write<Request, Response, Result>(
    operation: Operation<Request, Response>,
    path: string,
    request: Request,
    convert: (response: Response) => Result,
    options: CallOptions,
  ): Promise<Result> {
    return this.call(operation, request, { path, mutates: true }, { convert }, options)
  }
}

/** Throws an `InvalidPathError` for a path that breaks ZooKeeper's rules. */
export function checkPath(path: string, options: { readonly sequential?: boolean } = {}): void {
  const problem = pathProblem(path, options)
  if (problem === undefined) return
  throw new InvalidPathError(`${JSON.stringify(path)} is not a znode path: ${problem}`, { path })
}
