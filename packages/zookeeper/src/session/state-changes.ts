import { notify } from './notify.ts'
import type { SessionState, StateListener } from './session-state.ts'

/**
 * A session's state, and who is told of its changes. Every listener hears of every change in order: one that a listener
 * itself brings about, by closing the client say, is told after the one that it is being told of.
 */
export class StateChanges {
  readonly #listeners = new Set<StateListener>()
  readonly #untold: (readonly [state: SessionState, previous: SessionState])[] = []
  #state: SessionState = 'connecting'
  #isTelling = false

  get state(): SessionState {
    return this.#state
  }

  /** Calls the listener at every change until the returned function is called. */
  subscribe(listener: StateListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Changes the state; the same one again is no change. */
  become(state: SessionState): void {
    if (state === this.#state) return
    this.#untold.push([state, this.#state])
    this.#state = state
    if (this.#isTelling) return
    this.#isTelling = true
    for (let change = this.#untold.shift(); change !== undefined; change = this.#untold.shift()) {
      this.#tell(...change)
    }
    this.#isTelling = false
  }

  #tell(state: SessionState, previous: SessionState): void {
    for (const listener of [...this.#listeners]) {
      // Another listener may have taken it away just now.
      if (this.#listeners.has(listener)) notify(() => listener(state, previous))
    }
  }
}
