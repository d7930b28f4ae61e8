export interface BackoffOptions {
  /** Before the first retry. */
  readonly minMs: number
  readonly maxMs: number
  /** In [0, 1); takes off up to half of each delay, so that many do not retry in step. */
  readonly random: () => number
}

/** Delays that double with every failure in a row. */
export class Backoff {
  readonly #options: BackoffOptions
  #failures = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  /** The delay before the next try, after one more failure. */
  nextMs(): number {
    const { minMs, maxMs, random } = this.#options
    const fullMs = Math.min(maxMs, minMs * 2 ** Math.min(this.#failures, 30))
    this.#failures += 1
    return fullMs * (1 - random() / 2)
  }

  reset(): void {
    this.#failures = 0
  }
}
