/** Numbers for what routes say: routes that say the same have the same one. */
export class Numbered<T> {
  readonly #known = new Map<string, readonly [number, T]>()

  number(value: T): number {
    const text = JSON.stringify(value)
    const known = this.#known.get(text)
    if (known !== undefined) return known[0]
    const number = this.#known.size
    this.#known.set(text, [number, value])
    return number
  }

  entries(): readonly (readonly [number, T])[] {
    return [...this.#known.values()]
  }
}
