import { MultiError, ZooKeeperError } from '@zoogate/zookeeper'

const LOST_RACE = new Set<string>(['ZK_BAD_VERSION', 'ZK_NODE_EXISTS', 'ZK_NO_NODE'])

/** Somebody else was faster, or the request never left: read again, and try again. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof MultiError) return LOST_RACE.has(error.error.code)
  return error instanceof ZooKeeperError && error.retryable
}

/** The connection or the session went, and the write may have been done all the same. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof ZooKeeperError && error.mayHaveHappened
}
