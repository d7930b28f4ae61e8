import { startInstance } from '../support/instance.ts'
import type { Program } from '../support/program.ts'
import type { Stack } from '../support/stack.ts'
import { everywhere } from './everywhere.ts'

const SIZE = 5
/** A change takes one more away, so that at least three serve at any moment. */
const PRESENT_MIN = 4

/** Instances of `shop` that are killed, come back, are drained and undrained. */
export class Fleet {
  readonly #stack: Stack
  readonly #random: () => number
  readonly #present = new Map<string, Program>()
  /** Killed ones that are started again: each takes as long as its old session lives. */
  readonly #returning = new Map<string, Promise<void>>()
  #drained: string | undefined
  #started = 0
  #kills = 0

  constructor(stack: Stack, random: () => number) {
    this.#stack = stack
    this.#random = random
  }

  /** Starts the instances, and waits until all of them answer through every engine. */
  async grow(): Promise<void> {
    await Promise.all(Array.from({ length: SIZE }, () => this.#startNew()))
    await everywhere(this.#stack, [...this.#present.keys()])
  }

  /** One change: a kill, a drain, or the end of the drain. */
  async change(round: number): Promise<void> {
    if (this.#drained !== undefined) {
      await this.#stack.must('undrain', 'shop', this.#drained)
      this.#drained = undefined
      return
    }
    while (this.#present.size < PRESENT_MIN) await Promise.race(this.#returning.values())
    if (round % 3 === 0) await this.#kill()
    else {
      this.#drained = this.#pick()
      await this.#stack.must('drain', 'shop', this.#drained)
    }
  }

  /** Waits until all that were killed are back. */
  async whole(): Promise<void> {
    await Promise.all(this.#returning.values())
  }

  async end(): Promise<void> {
    await Promise.allSettled(this.#returning.values())
    await Promise.all([...this.#present.values()].map((program) => program.stop()))
  }

  /** Every other one comes back under its own id, the others are replaced by an instance of a new id. */
  async #kill(): Promise<void> {
    const id = this.#pick()
    this.#present.get(id)?.kill('SIGKILL')
    this.#present.delete(id)
    if (this.#kills++ % 2 === 0) await this.#startNew()
    else {
      const back = this.#start(id)
      this.#returning.set(id, back)
      // One that fails stays there, for who waits for it.
      back.then(
        () => this.#returning.delete(id),
        () => {},
      )
    }
  }

  async #startNew(): Promise<void> {
    await this.#start(`i${this.#started++}`)
  }

  async #start(id: string): Promise<void> {
    this.#present.set(id, await startInstance(this.#stack, id))
  }

  #pick(): string {
    const ids = [...this.#present.keys()]
    return ids[Math.floor(this.#random() * ids.length)] ?? ''
  }
}
