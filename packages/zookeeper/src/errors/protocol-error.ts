import { ZooKeeperError } from './zookeeper-error.ts'

/** What is wrong with the bytes. */
export type ProtocolErrorCode = 'ZK_TRUNCATED' | 'ZK_MALFORMED' | 'ZK_FRAME_TOO_LONG'

/**
 * Bytes that are not what the protocol says: a record that ends early (`ZK_TRUNCATED`), a value that cannot be
 * (`ZK_MALFORMED`), a frame over the limit (`ZK_FRAME_TOO_LONG`). After one of these a connection is dropped,
 * since nothing says where the next frame begins.
 */
export class ProtocolError extends ZooKeeperError {
  override readonly code: ProtocolErrorCode

  constructor(code: ProtocolErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
