/**
 * How an attempt at an endpoint failed before any byte of a response.
 * - `connect`: no connection came about, so the request reached nobody
 * - `reset`: the connection ended, and the request may have been carried out
 * - `timeout`: the attempt's time was up
 * - `protocol`: what came back, or what was to be sent, is not HTTP
 */
export type AttemptFailure = 'connect' | 'reset' | 'timeout' | 'protocol'

export interface RetryQuestion {
  readonly failure: AttemptFailure
  readonly method: string
  readonly body: 'none' | 'present'
  /** Has a byte of the body been taken from the client? It cannot be sent a second time. */
  readonly bodyBegun: boolean
  /** Attempts that failed to connect so far, this one included. */
  readonly connectFailures: number
  /** Attempts that failed otherwise so far, this one included. */
  readonly otherFailures: number
}

/** A request that reached nobody costs nothing to send elsewhere, but the client waits. */
export const CONNECT_RETRIES_MAX = 5
/** A request that may have been carried out is sent at most so many times more. */
export const RETRIES_MAX = 2

/** Methods that may be repeated (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PUT',
  'DELETE',
])

/**
 * Shall the request be sent again? Whatever could not connect may go elsewhere, with any method. A
 * connection that died before a response is retried only where carrying out twice equals once, and
 * where no body would have to be sent again.
 */
export function mayRetry(question: RetryQuestion): boolean {
  if (question.bodyBegun) return false
  switch (question.failure) {
    case 'connect':
      return question.connectFailures <= CONNECT_RETRIES_MAX
    case 'reset':
      return (
        question.otherFailures <= RETRIES_MAX &&
        question.body === 'none' &&
        IDEMPOTENT.has(question.method)
      )
    case 'timeout':
    case 'protocol':
      return false
  }
}

/**
 * The status that the client gets when no attempt is left: 503 where no endpoint was reached, 504
 * where one did not answer in time, 502 where its answer was none.
 */
export function failureStatus(failure: AttemptFailure): 502 | 503 | 504 {
  switch (failure) {
    case 'connect':
      return 503
    case 'timeout':
      return 504
    case 'reset':
    case 'protocol':
      return 502
  }
}
