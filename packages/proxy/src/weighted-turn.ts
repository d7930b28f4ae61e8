interface Share<T> {
  readonly item: T
  readonly weight: number
  current: number
}

/**
 * Takes turns in proportion to weights: smooth weighted round robin, as in nginx. No item
 * is ever a whole turn ahead of its share, and after as many turns as the sum of the weights each has
 * had exactly its share. Items of weight 0 get no turn.
 */
export class WeightedTurn<T> {
  readonly #shares: Share<T>[]
  readonly #total: number

  constructor(items: readonly { readonly item: T; readonly weight: number }[]) {
    this.#shares = items
      .filter(({ weight }) => weight > 0)
      .map(({ item, weight }) => ({ item, weight, current: 0 }))
    this.#total = this.#shares.reduce((sum, { weight }) => sum + weight, 0)
  }

  /** Undefined: nothing has weight. */
  next(): T | undefined {
    let best = this.#shares[0]
    if (best === undefined) return undefined
    if (this.#shares.length === 1) return best.item
    for (const share of this.#shares) {
      share.current += share.weight
      if (share.current > best.current) best = share
    }
    best.current -= this.#total
    return best.item
  }
}
