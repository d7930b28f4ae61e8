import type {
  AbortError,
  CacheOverflowError,
  ClosedError,
  ConnectionLossError,
  InvalidOptionError,
  InvalidPathError,
  QueueFullError,
  SerializationError,
  SessionExpiredError,
  TimeoutError,
} from './client-errors.ts'
import type { MultiError } from './multi-error.ts'
import type { ProtocolError } from './protocol-error.ts'
import type { ServerErrorUnion } from './server-errors.ts'
import type { TlsError } from './tls-error.ts'
import { ZooKeeperError } from './zookeeper-error.ts'

/** Every error of this package: a closed union, told apart by `code`. */
export type AnyZooKeeperError =
  | ServerErrorUnion
  | MultiError
  | ConnectionLossError
  | SessionExpiredError
  | TimeoutError
  | AbortError
  | ClosedError
  | QueueFullError
  | InvalidPathError
  | InvalidOptionError
  | SerializationError
  | CacheOverflowError
  | TlsError
  | ProtocolError

/**
 * Whether something that was caught is an error of this package. Then a `switch` on its `code` knows each case's class, and TypeScript
 * finds the cases that are missing.
 */
export function isZooKeeperError(error: unknown): error is AnyZooKeeperError {
  return error instanceof ZooKeeperError
}
