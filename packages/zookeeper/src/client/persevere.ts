import { abortError, isTimeout } from '../connection/abort-error.ts'
import type { CallOptions } from '../connection/call.ts'
import { type Clock, systemClock } from '../connection/clock.ts'
import { startDeadline } from '../connection/deadline.ts'
import { onAbort } from '../connection/on-abort.ts'
import { AbortError, TimeoutError } from '../errors/client-errors.ts'
import { ProtocolError } from '../errors/protocol-error.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { type BackOffOptions, backOffMs } from '../session/back-off.ts'

/** Where a recipe gets time and chance from. */
export interface Timing {
  /** For tests: where time comes from. */
  readonly clock?: Clock | undefined
  /** For tests: numbers from 0 up to 1, for jitter. */
  readonly random?: (() => number) | undefined
}

/** The pause between two attempts; half of it is random, so that those who got in each other's way part. */
const BACK_OFF: BackOffOptions = { minMs: 10, maxMs: 1_000 }
/** A reply that breaks the connection so many times in a row will not become better. */
const MAX_BROKEN_REPLIES = 3

/** What work that goes on over several calls is given. */
export interface Perseverance {
  /** Aborted when the caller does not wait any longer: pass it to every call. */
  readonly signal: AbortSignal
  /** Repeats, with pauses, what fails for a reason that passes. Only for what may be done twice. */
  retry<Result>(attempt: () => Promise<Result>): Promise<Result>
  /** Waits a little, longer the more failures there were. */
  pause(failures: number): Promise<void>
}

/**
 * Runs work that takes several calls under the one signal and the one time limit of its caller. Rejects with an `AbortError` or a
 * `TimeoutError` that says whether a write may have happened, as a single call does.
 */
export async function persevere<Result>(
  options: CallOptions,
  timing: Timing,
  work: (perseverance: Perseverance) => Promise<Result>,
): Promise<Result> {
  const { clock = systemClock, random = Math.random } = timing
  const { signal: outer, timeoutMs } = options
  const controller = new AbortController()
  const { signal } = controller
  let isTimeUp = false
  const endTime = () => {
    isTimeUp = true
    controller.abort()
  }
  // The work is aborted in both cases: a timeout would look to it like one that is worth another attempt.
  const abort = () => (isTimeout(outer?.reason) ? endTime() : controller.abort(outer?.reason))
  const timer = startDeadline(timeoutMs, clock, endTime)
  const unlisten = outer === undefined ? undefined : onAbort(outer, abort)
  if (outer?.aborted === true) abort()
  const pause = (failures: number) =>
    sleep(backOffMs(failures, BACK_OFF, random), { signal, clock })
  const retry = <Answer>(attempt: () => Promise<Answer>) => retryUntil(attempt, pause)
  try {
    return await work({ signal, retry, pause })
  } catch (error) {
    if (!isTimeUp || !(error instanceof AbortError)) throw error
    const { path, mayHaveHappened } = error
    const limit = timeoutMs === undefined ? 'the time of its signal' : `${timeoutMs} ms`
    throw new TimeoutError(`not done within ${limit}`, {
      path,
      mayHaveHappened,
      cause: error,
    })
  } finally {
    timer?.cancel()
    unlisten?.()
  }
}

async function retryUntil<Result>(
  attempt: () => Promise<Result>,
  pause: (failures: number) => Promise<void>,
): Promise<Result> {
  let brokenReplies = 0
  let mayHaveHappened = false
  for (let failures = 0; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error
      mayHaveHappened ||= error.mayHaveHappened
      if (!error.retryable) throw withHistory(error, mayHaveHappened)
      brokenReplies = error.cause instanceof ProtocolError ? brokenReplies + 1 : 0
      if (brokenReplies === MAX_BROKEN_REPLIES) throw error
    }
    try {
      await pause(failures)
    } catch (error) {
      throw withHistory(error, mayHaveHappened)
    }
  }
}

/** The last attempt was given up, but an earlier one may have been carried out: the caller must hear of that. */
function withHistory(error: unknown, mayHaveHappened: boolean): unknown {
  return mayHaveHappened ? withMayHaveHappened(error, true) : error
}

/** An `AbortError` that says what is known now of the outcome; any other error as it is. */
export function withMayHaveHappened(error: unknown, mayHaveHappened: boolean): unknown {
  if (!(error instanceof AbortError) || error.mayHaveHappened === mayHaveHappened) return error
  const { message, path } = error
  return new AbortError(message, { path, mayHaveHappened, cause: error.cause })
}

/** The promise's outcome, or an `AbortError` when the signal is aborted before; what the promise does then is nobody's business. */
export function unlessAborted<Result>(
  promise: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal.reason, 'the wait was aborted'))
    const unlisten = onAbort(signal, abort)
    if (signal.aborted) abort()
    promise.then(resolve, reject).finally(unlisten)
  })
}

async function sleep(
  delayMs: number,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
): Promise<void> {
  let cancel = () => {}
  const over = new Promise<void>((resolve) => {
    const timer = clock.setTimer(resolve, delayMs)
    cancel = () => timer.cancel()
  })
  try {
    await unlessAborted(over, signal)
  } finally {
    cancel()
  }
}
