import fc from 'fast-check'
import { expect } from 'vitest'
import { compareResults, foresee, inRuns, issue } from './expectation.ts'
import type { ClientOperation, RealResult } from './real-client.ts'
import { CLIENTS, type ClientIndex, type Model, type Real } from './two-clients.ts'
import { type ModelWatchKind, WatchModel } from './watch-model.ts'
import { batch, FIRST_WISHES, grant, type Wish, wish } from './wishes.ts'

type Command = fc.AsyncCommand<Model, Real>

/** Operations of one client, sent without waiting for one another. */
class Batch implements Command {
  readonly #client: ClientIndex
  readonly #wishes: readonly Wish[]

  constructor(client: ClientIndex, wishes: readonly Wish[]) {
    this.#client = client
    this.#wishes = wishes
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const expected = foresee(model, this.#client, this.#wishes)
    const results = await issue(real, this.#client, expected)
    await real.settle()
    compareResults(real, expected, results)
    for (const index of CLIENTS) {
      const log = expected.flatMap(({ heard }, number) => {
        return index === this.#client ? [...heard[index], `reply ${number}`] : heard[index]
      })
      expect(inRuns(real.takeLog(index)), `client ${index}`).toEqual(inRuns(log))
    }
  }

  toString(): string {
    return `Batch(${this.#client}, ${JSON.stringify(this.#wishes)})`
  }
}

/** One client is cut off while the other one works; then it must hear exactly what it has missed. */
class Away implements Command {
  readonly #client: ClientIndex
  readonly #wishes: readonly Wish[]

  constructor(client: ClientIndex, wishes: readonly Wish[]) {
    this.#client = client
    this.#wishes = wishes
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const other = this.#client === 0 ? 1 : 0
    const seen = model.tree.zxid
    const absent = model.clients[this.#client]
    const watchesOfAbsent = absent.watches
    // Nothing is told to it for now: what it hears afterwards is what setWatches says.
    absent.watches = new WatchModel()
    const expected = foresee(model, other, this.#wishes)
    absent.watches = watchesOfAbsent
    let results: RealResult[] = []
    await real.clients[this.#client].away(async () => {
      results = await issue(real, other, expected)
    })
    await real.settle()
    compareResults(real, expected, results)
    const log = expected.flatMap(({ heard }, number) => [...heard[other], `reply ${number}`])
    expect(inRuns(real.takeLog(other)), `client ${other}`).toEqual(inRuns(log))
    const missed = absent.watches.catchUp(model.tree, seen)
    expect(real.takeLog(this.#client).sort(), 'what was missed').toEqual(missed.sort())
  }

  toString(): string {
    return `Away(${this.#client}, ${JSON.stringify(this.#wishes)})`
  }
}

type Removal = 'any' | 'data' | 'children' | 'close'

/** Takes watches away: by closing one that is persistent, or by path and kind. */
class RemoveWatches implements Command {
  readonly #client: ClientIndex
  readonly #wish: Wish
  readonly #of: Removal

  constructor(client: ClientIndex, wished: Wish, of: Removal) {
    this.#client = client
    this.#wish = wished
    this.#of = of
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const { watches } = model.clients[this.#client]
    const { operation, log, value } = this.#plan(model, watches)
    const result = await real.clients[this.#client].issue(operation, 0, '')
    real.meetResult(result)
    expect(result.value, JSON.stringify(operation)).toEqual(value)
    await real.settle()
    expect(real.takeLog(this.#client)).toEqual([...log, 'reply 0'])
  }

  toString(): string {
    return `RemoveWatches(${this.#client}, ${this.#wish.place}, ${this.#of})`
  }

  #plan(
    model: Model,
    watches: WatchModel,
  ): { operation: ClientOperation; log: string[]; value: unknown } {
    const ids = watches.persistentIds
    const id = ids[this.#wish.place % Math.max(1, ids.length)]
    if (this.#of === 'close' && id !== undefined) {
      watches.close(id)
      return { operation: { type: 'closeWatch', id }, log: [`${id} end`], value: {} }
    }
    const read = { ...this.#wish, type: 'getACL', watch: false } as const
    const granted = grant(read, model.root, model.tree, watches)
    const path = 'path' in granted ? granted.path : model.root
    const isAlone = watches.persistentModeOn(path) === undefined
    const of = this.#of === 'close' ? 'any' : this.#of
    const kinds: readonly ModelWatchKind[] = {
      any: ['data', 'exist', 'child'] as const,
      data: ['data', 'exist'] as const,
      children: ['child'] as const,
    }[of]
    const isThere = watches.hasOneShot(path, kinds) || (of === 'any' && !isAlone)
    return {
      operation: { type: 'removeWatches', path, of },
      log: isThere ? watches.remove(path, kinds, of === 'any') : [],
      value: isThere ? {} : { error: 'ZK_NO_WATCHER' },
    }
  }
}

/** Ends a client's session, with its ephemeral znodes and watches, and begins another. */
class NewSession implements Command {
  readonly #client: ClientIndex

  constructor(client: ClientIndex) {
    this.#client = client
  }

  check(): boolean {
    return true
  }

  async run(model: Model, real: Real): Promise<void> {
    const other = this.#client === 0 ? 1 : 0
    const ended = model.clients[this.#client]
    const own = ended.watches.end()
    model.tree.closeSession(ended.session)
    const events = model.tree.takeEvents()
    const heard = events.flatMap((event) => model.clients[other].watches.tell(event))
    Object.assign(ended, model.newClient())
    await real.clients[this.#client][Symbol.asyncDispose]()
    expect(real.takeLog(this.#client).sort(), 'the watches that ended').toEqual(own.sort())
    await real.renew(this.#client, model)
    await real.settle()
    // All in one transaction, in no order.
    expect(real.takeLog(other).sort(), `client ${other}`).toEqual(heard.sort())
  }

  toString(): string {
    return `NewSession(${this.#client})`
  }
}

const client = fc.constantFrom(...CLIENTS)

const batches = fc.tuple(client, batch).map(([index, wishes]) => new Batch(index, wishes))
const absences = fc.tuple(client, batch).map(([index, wishes]) => new Away(index, wishes))
const removals = fc
  .tuple(client, wish, fc.constantFrom<Removal[]>('any', 'data', 'children', 'close'))
  .map(([index, one, of]) => new RemoveWatches(index, one, of))
const renewals = client.map((index) => new NewSession(index))

/** Makes the tree that every run begins with. */
export const firstCommand: Command = new Batch(0, FIRST_WISHES)

/** The commands, each as often as it is in the list. */
export const commands: fc.Arbitrary<Command>[] = [
  ...Array.from({ length: 14 }, () => batches),
  ...Array.from({ length: 3 }, () => absences),
  removals,
  renewals,
]
