import { ZooKeeperError } from './zookeeper-error.ts'

/** A multi of which nothing was applied, since one operation failed. */
export class MultiError extends ZooKeeperError {
  override readonly code = 'ZK_MULTI_FAILED'
  /** The place of the operation that failed. */
  readonly index: number
  /** Why it failed, with its path. */
  readonly error: ZooKeeperError

  constructor(index: number, error: ZooKeeperError) {
    super(`operation ${index} of the multi failed: ${error.message}`, {
      path: error.path,
      cause: error,
    })
    this.index = index
    this.error = error
  }
}
