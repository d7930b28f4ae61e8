import type { CallOptions } from '../../connection/call.ts'
import type { Clock } from '../../connection/clock.ts'
import { AbortedError, TimeoutError } from '../../errors/client-errors.ts'

/** How long a caller waits for something that takes several calls: until its signal is aborted, or its time is up. */
export class Limit implements Disposable {
  readonly #controller = new AbortController()
  readonly #clock: Clock
  readonly #stop: () => void
  #error: AbortedError | TimeoutError | undefined

  /** `what` begins the error's message: "acquiring the lock". */
  constructor(what: string, options: CallOptions, clock: Clock) {
    this.#clock = clock
    const { signal, timeoutMs } = options
    const onAbort = () =>
      this.#end(new AbortedError(`${what} was aborted`, { cause: signal?.reason }))
    const timer =
      timeoutMs === undefined
        ? undefined
        : clock.setTimer(
            () => this.#end(new TimeoutError(`${what} took longer than ${timeoutMs} ms`)),
            timeoutMs,
          )
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#stop = () => {
      timer?.cancel()
      signal?.removeEventListener('abort', onAbort)
    }
    if (signal?.aborted === true) onAbort()
  }

  /** For the calls that are made under this limit. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Why nobody waits any more; undefined while somebody does. */
  get error(): AbortedError | TimeoutError | undefined {
    return this.#error
  }

  throwIfOver(): void {
    if (this.#error !== undefined) throw this.#error
  }

  /** Waits, but not beyond the limit. */
  async pause(delayMs: number): Promise<void> {
    if (this.#error !== undefined) return
    await new Promise<void>((resolve) => {
      const end = () => {
        timer.cancel()
        this.signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.#clock.setTimer(end, delayMs)
      this.signal.addEventListener('abort', end)
    })
  }

  /** What the promise brings, or the limit's end. The work behind the promise goes on. */
  race<Result>(promise: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      const onOver = () => reject(this.#error)
      this.signal.addEventListener('abort', onOver)
      promise.then(resolve, reject).finally(() => {
        this.signal.removeEventListener('abort', onOver)
      })
      if (this.#error !== undefined) onOver()
    })
  }

  [Symbol.dispose](): void {
    this.#stop()
  }

  #end(error: AbortedError | TimeoutError): void {
    if (this.#error !== undefined) return
    this.#stop()
    this.#error = error
    this.#controller.abort(error)
  }
}
