import type { ZooKeeperErrorCode } from './error-codes.ts'

/** Facts that every error can carry. */
export interface ZooKeeperErrorOptions {
  /** The znode path that the failed call named, as the caller wrote it. */
  readonly path?: string | undefined
  /** True when the server may have carried out the request although no answer arrived. Default false. */
  readonly mayHaveHappened?: boolean
  readonly cause?: unknown
}

/**
 * The base of every error that this package throws or rejects with.
 *
 * Decide on `code` (a closed union) or on the class, never on the message. `retryable` says whether the
 * same call may succeed when made again without anybody changing the tree; it does not say that repeating a write is
 * safe: look at `mayHaveHappened` for that.
 */
export abstract class ZooKeeperError extends Error {
  abstract readonly code: ZooKeeperErrorCode
  readonly retryable: boolean = false
  readonly path: string | undefined
  /** True when the server may have carried out the request although no answer arrived. */
  readonly mayHaveHappened: boolean

  constructor(message: string, options: ZooKeeperErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.path = options.path
    this.mayHaveHappened = options.mayHaveHappened ?? false
  }
}
