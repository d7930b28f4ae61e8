import { expect } from 'vitest'

/**
 * The transactions of the model and those of the server: other numbers, since failed writes and other clients count too, but in the same
 * order, and each the same one whenever it is met.
 */
export class ZxidOrder {
  readonly #known = new Map<number, bigint>()

  /** Says that these two are the same transaction. */
  relate(model: number, real: bigint): void {
    const before = this.#known.get(model)
    if (before !== undefined) {
      expect(real, `the transaction ${model} of the model`).toBe(before)
      return
    }
    for (const [otherModel, otherReal] of this.#known) {
      const isInOrder = otherModel < model ? otherReal < real : otherReal > real
      expect(isInOrder, `${otherModel} is ${otherReal}, and ${model} is ${real}`).toBe(true)
    }
    this.#known.set(model, real)
  }
}
