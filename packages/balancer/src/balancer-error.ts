export type BalancerErrorCode =
  /** The instance's znode belongs to a live session of somebody else. */
  | 'INSTANCE_ID_TAKEN'
  /** An option cannot be used as it is. */
  | 'INVALID_OPTION'
  /** No option, variable or file says where ZooKeeper is. */
  | 'ZOOKEEPER_UNKNOWN'
  /** The registration was closed before it was made. */
  | 'REGISTRATION_CLOSED'
  /** ZooKeeper does not accept the credentials; no retry can change that. */
  | 'ZOOKEEPER_AUTH_FAILED'

/** Every error that this package throws or rejects with. Decide on `code`, not on the message. */
export class BalancerError extends Error {
  override readonly name = 'BalancerError'
  readonly code: BalancerErrorCode

  constructor(code: BalancerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
