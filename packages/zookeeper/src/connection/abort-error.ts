import { AbortError, TimeoutError } from '../errors/client-errors.ts'
import type { ZooKeeperErrorOptions } from '../errors/zookeeper-error.ts'

/**
 * What a call rejects with when its signal is aborted. A signal of `AbortSignal.timeout` says that the time is up, which is what `timeoutMs`
 * says: both give a `TimeoutError`.
 */
export function abortError(
  reason: unknown,
  message: string,
  facts: ZooKeeperErrorOptions = {},
): AbortError | TimeoutError {
  const options = { ...facts, cause: reason }
  return isTimeout(reason)
    ? new TimeoutError(`${message}: its time is up`, options)
    : new AbortError(message, options)
}

/** Whether it is the reason of an `AbortSignal.timeout` that is over. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}
