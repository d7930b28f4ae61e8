import { ZooKeeperError } from './zookeeper-error.ts'

/**
 * The connection was lost while the request was on its way. A write may have happened (`mayHaveHappened`): read
 * before you write again. The session may live on.
 */
export class ConnectionLossError extends ZooKeeperError {
  override readonly code = 'ZK_CONNECTION_LOSS'
  override readonly retryable = true
}
/** The session is gone, with its ephemeral znodes and one-shot watches. The client makes a new one by itself. */
export class SessionExpiredError extends ZooKeeperError {
  override readonly code = 'ZK_SESSION_EXPIRED'
  override readonly retryable = true
}
/** The client was closed, by `close()`. */
export class ClosedError extends ZooKeeperError {
  override readonly code = 'ZK_CLOSED'
}
/** The call's `timeoutMs`, or its signal of `AbortSignal.timeout`, ran out. A write that was sent may have happened, or may still happen. */
export class TimeoutError extends ZooKeeperError {
  override readonly code = 'ZK_TIMEOUT'
  override readonly retryable = true
}
/** The call's `signal` was aborted; `cause` is its reason. Has the name that Node.js gives its own. A write that was sent may have happened, or may still happen. */
export class AbortError extends ZooKeeperError {
  override readonly code = 'ZK_ABORTED'
}
/** More requests wait to be sent than `maxQueuedRequests` allows. `await zk.drain()` between calls keeps below that. */
export class QueueFullError extends ZooKeeperError {
  override readonly code = 'ZK_QUEUE_FULL'
  override readonly retryable = true
}
/** The path breaks ZooKeeper's rules; nothing was sent. */
export class InvalidPathError extends ZooKeeperError {
  override readonly code = 'ZK_INVALID_PATH'
}
/** An argument cannot be; nothing was sent. */
export class InvalidOptionError extends ZooKeeperError {
  override readonly code = 'ZK_INVALID_OPTION'
}
/** A value could not be written by the client's serializer, or a znode's data not be read by it. `cause` is what it threw. */
export class SerializationError extends ZooKeeperError {
  override readonly code = 'ZK_SERIALIZATION'
}
/** A tree cache found more znodes than its `maxNodes`, or one that is over the client's `maxReplyBytes` alone, and stopped. */
export class CacheOverflowError extends ZooKeeperError {
  override readonly code = 'ZK_CACHE_OVERFLOW'
}
