import { ZooKeeperError } from './zookeeper-error.ts'

/**
 * A multi, or a transaction, of which nothing was applied, since one operation failed. It is `retryable` when that
 * operation's error is.
 */
export class MultiError extends ZooKeeperError {
  override readonly code = 'ZK_MULTI_FAILED'
  override readonly retryable: boolean
  /** The place of the operation that failed, from 0. */
  readonly index: number
  /** Why it failed, with its path. */
  readonly error: ZooKeeperError

  /** `operation` names what was asked for, such as `create`; for the message. */
  constructor(index: number, error: ZooKeeperError, operation = 'operation') {
    super(`${operation} at place ${index} of the multi failed: ${error.message}`, {
      path: error.path,
      cause: error,
    })
    this.retryable = error.retryable
    this.index = index
    this.error = error
  }
}
