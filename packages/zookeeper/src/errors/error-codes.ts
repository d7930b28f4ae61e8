/**
 * Every `code` that an error of this package can have, in three families:
 * bytes that make no sense, answers by which the server refuses, and calls that the client itself ended.
 */
export const zooKeeperErrorCodes = [
  // Bytes: see errors/protocol-error.ts
  'ZK_TRUNCATED',
  'ZK_MALFORMED',
  'ZK_FRAME_TOO_LONG',
  // The server's answers: see errors/server-errors.ts
  'ZK_SYSTEM_ERROR',
  'ZK_MARSHALLING_ERROR',
  'ZK_UNIMPLEMENTED',
  'ZK_OPERATION_TIMEOUT',
  'ZK_BAD_ARGUMENTS',
  'ZK_RECONFIG_DISABLED',
  'ZK_RECONFIG_IN_PROGRESS',
  'ZK_NEW_CONFIG_NO_QUORUM',
  'ZK_NO_NODE',
  'ZK_NO_AUTH',
  'ZK_BAD_VERSION',
  'ZK_NO_CHILDREN_FOR_EPHEMERALS',
  'ZK_NODE_EXISTS',
  'ZK_NOT_EMPTY',
  'ZK_INVALID_ACL',
  'ZK_AUTH_FAILED',
  'ZK_SESSION_MOVED',
  'ZK_READ_ONLY_SERVER',
  'ZK_EPHEMERAL_ON_LOCAL_SESSION',
  'ZK_NO_WATCHER',
  'ZK_QUOTA_EXCEEDED',
  'ZK_THROTTLED',
  'ZK_ROLLED_BACK',
  'ZK_UNKNOWN_SERVER_ERROR',
  'ZK_MULTI_FAILED',
  // The client's own: see errors/client-errors.ts
  'ZK_CONNECTION_LOSS',
  'ZK_SESSION_EXPIRED',
  'ZK_CLOSED',
  'ZK_TIMEOUT',
  'ZK_ABORTED',
  'ZK_QUEUE_FULL',
  'ZK_INVALID_PATH',
  'ZK_INVALID_OPTION',
  'ZK_SERIALIZATION',
  'ZK_CACHE_OVERFLOW',
  'ZK_TLS',
] as const

/** The closed union of codes. */
export type ZooKeeperErrorCode = (typeof zooKeeperErrorCodes)[number]
