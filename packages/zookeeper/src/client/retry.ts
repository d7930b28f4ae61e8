import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { persevere } from './persevere.ts'

/** Options of `retry`; the deadline is for all attempts together. */
export interface RetryOptions extends CallOptions {
  /** Default: as many as it takes. */
  readonly maxAttempts?: number | undefined
  /** Whether to repeat also what may have happened already (default false): right where twice does no harm. */
  readonly repeatUnsafe?: boolean | undefined
}

/**
 * Repeats what fails for a reason that passes, a lost connection or session say, after pauses that grow from 10 ms to 1 s, half of each
 * random (kazoo's `client.retry`, Curator's `RetryPolicy`): `await retry(({ signal }) => zk.getData(path, { signal }))`. Pass the
 * signal to every call: it is how `signal` and `timeoutMs` end an attempt.
 *
 * Rejects with the last attempt's error: where it is not `retryable`; where a write may have happened (`mayHaveHappened`), unless
 * `repeatUnsafe`; where there were `maxAttempts`. Calls themselves are never repeated by the client; recipes and helpers repeat
 * theirs by themselves, where that is safe.
 */
export async function retry<Result>(
  attempt: (limits: { readonly signal: AbortSignal }) => Promise<Result>,
  options: RetryOptions = {},
): Promise<Result> {
  const { maxAttempts = Infinity, repeatUnsafe = false } = options
  if (!(maxAttempts >= 1)) throw new InvalidOptionError('maxAttempts must be 1 or more')
  let attempts = 0
  const isLast = (error: unknown) =>
    attempts >= maxAttempts ||
    (error instanceof ZooKeeperError && error.mayHaveHappened && !repeatUnsafe)
  const outcome = await persevere(options, {}, (work) =>
    work.retry(async () => {
      attempts++
      try {
        return { result: await attempt({ signal: work.signal }) }
      } catch (error) {
        // The deadline's error is told by `persevere`, which knows what it was.
        if (isLast(error) && !work.signal.aborted) return { error }
        throw error
      }
    }),
  )
  if ('error' in outcome) throw outcome.error
  return outcome.result
}
