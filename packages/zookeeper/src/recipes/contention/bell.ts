/** Wakes one that waits: whatever rings between asking for the next ring and awaiting it is not missed. */
export class Bell {
  #resolve: () => void = () => {}
  #next: Promise<void> | undefined

  /** The same function always, so that it counts once as a watch. */
  readonly ring = (): void => {
    this.#next = undefined
    this.#resolve()
  }

  /** Resolves at the next ring. Ask before you look at what the ring is about. */
  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => {
      this.#resolve = resolve
    })
    return this.#next
  }
}
