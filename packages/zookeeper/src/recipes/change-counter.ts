import { AbortError } from '../errors/client-errors.ts'

/**
 * Counts what one-shot watches tell, so that a change between the read that left the watch and the wait for it is not missed:
 * note `count`, read with `watch: note`, then wait until the count is beyond.
 *
 * One function stands for all waits of a recipe's object, and the same function on the same path counts as one watch. So waits that
 * are given up leave no more than one watch on a path, however many they were (kazoo#175 leaks one each time).
 */
export class ChangeCounter {
  #count = 0
  readonly #waiting = new Set<() => void>()

  get count(): number {
    return this.#count
  }

  /** The watch's listener. */
  readonly note = (): void => {
    this.#count++
    for (const wake of [...this.#waiting]) wake()
  }

  /** Resolves once the count is beyond the given one; rejects with an `AbortError`. */
  beyond(count: number, signal: AbortSignal): Promise<void> {
    if (this.#count > count) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(wake)
        signal.removeEventListener('abort', onAbort)
      }
      const wake = () => {
        end()
        resolve()
      }
      const onAbort = () => {
        end()
        reject(new AbortError('the wait was aborted', { cause: signal.reason }))
      }
      this.#waiting.add(wake)
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
    })
  }
}
