/**
 * Draws an index by weight in O(1): Walker's alias table in Vose's form
 * (IEEE Transactions on Software Engineering 17, 1991). Building it takes O(n).
 */
export class WeightedSampler {
  /** Whether all weights are the same. */
  readonly uniform: boolean
  readonly #size: number
  /** Chance to stay at the column that was hit. */
  readonly #stay: Float64Array
  /** Where to go otherwise. */
  readonly #alias: Uint32Array

  /** All weights positive and finite. */
  constructor(weights: readonly number[]) {
    this.#size = weights.length
    this.#stay = new Float64Array(this.#size).fill(1)
    this.#alias = new Uint32Array(this.#size)
    this.uniform = weights.every((weight) => weight === weights[0])
    if (!this.uniform) this.#fill(weights)
  }

  /** -1 where there is nothing to draw from. */
  draw(random: () => number): number {
    if (this.#size === 0) return -1
    const scaled = random() * this.#size
    const column = Math.min(Math.floor(scaled), this.#size - 1)
    if (this.uniform || scaled - column < (this.#stay[column] ?? 1)) return column
    return this.#alias[column] ?? column
  }

  #fill(weights: readonly number[]): void {
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const left = Float64Array.from(weights, (weight) => (weight * this.#size) / total)
    const small: number[] = []
    const large: number[] = []
    left.forEach((share, index) => {
      ;(share < 1 ? small : large).push(index)
    })
    for (;;) {
      const poor = small.pop()
      const rich = large.pop()
      if (poor === undefined || rich === undefined) {
        // What remains here differs from 1 only by rounding.
        return
      }
      const share = left[poor] ?? 1
      this.#stay[poor] = share
      this.#alias[poor] = rich
      const rest = (left[rich] ?? 1) - (1 - share)
      left[rich] = rest
      ;(rest < 1 ? small : large).push(rich)
    }
  }
}
