import fc from 'fast-check'
import { expect } from 'vitest'
import type { Stat } from '../../src/index.ts'
import { type ClientOperation, RealClient, type RealResult } from './real-client.ts'
import { type ModelResult, type ModelStat, TreeModel } from './tree-model.ts'
import { type ModelWatchKind, WatchModel } from './watch-model.ts'
import { batch, FIRST_WISHES, grant, type Wish, wish } from './wishes.ts'
import { ZxidOrder } from './zxid-order.ts'

/** Both clients. */
const CLIENTS = [0, 1] as const
type ClientIndex = (typeof CLIENTS)[number]

interface ModelClient {
  session: string
  watches: WatchModel
}

/** What should be. */
export class Model {
  readonly root: string
  readonly tree: TreeModel
  readonly clients: readonly [ModelClient, ModelClient]
  #names = 0

  constructor(root: string) {
    this.root = root
    this.tree = new TreeModel(root)
    this.clients = [this.newClient(), this.newClient()]
  }

  newClient(): ModelClient {
    return { session: this.newName('session'), watches: new WatchModel() }
  }

  newName(prefix: string): string {
    return `${prefix}${this.#names++}`
  }
}

/** What is. */
export class Real implements AsyncDisposable {
  readonly order = new ZxidOrder()
  readonly sessions = new Map<bigint, string>()
  /** How often each error, and each thing that a watch can be told, was met. */
  readonly met: Map<string, number>
  readonly clients: [RealClient, RealClient]
  readonly #port: number

  private constructor(port: number, clients: [RealClient, RealClient], met: Map<string, number>) {
    this.#port = port
    this.clients = clients
    this.met = met
  }

  static async connect(port: number, model: Model, met: Map<string, number>): Promise<Real> {
    const clients = await Promise.all([RealClient.connect(port), RealClient.connect(port)])
    const real = new Real(port, clients, met)
    for (const index of CLIENTS) real.name(index, model)
    return real
  }

  /** Ends the session and begins another. */
  async renew(index: ClientIndex, model: Model): Promise<void> {
    this.clients[index] = await RealClient.connect(this.#port)
    this.name(index, model)
  }

  name(index: ClientIndex, model: Model): void {
    this.sessions.set(this.clients[index].sessionId, model.clients[index].session)
  }

  /** What a client heard since the last time. */
  takeLog(index: ClientIndex): string[] {
    const log = this.clients[index].takeLog()
    for (const line of log) this.#meet(line.startsWith('reply') ? 'reply' : line.split(' ')[1])
    return log
  }

  meetResult({ value }: RealResult): void {
    if (typeof value !== 'object' || value === null) return
    if ('error' in value) this.#meet(String(value.error))
    if ('cause' in value) this.#meet(`multi: ${value.cause}`)
  }

  #meet(what = ''): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1)
  }

  /** Waits until every event that the server has sent has come: it is sent before any later reply. */
  async settle(): Promise<void> {
    await Promise.all(this.clients.map(({ zk }) => zk.exists('/')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.clients.map((client) => client[Symbol.asyncDispose]()))
  }
}

type Command = fc.AsyncCommand<Model, Real>

/** What one operation should come to: its result, and what each client hears before the acting one has the reply. */
interface Expectation {
  readonly operation: ClientOperation
  readonly watchId: string
  readonly result: ModelResult
  readonly heard: readonly [string[], string[]]
}

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
    // By kind only where no persistent watch is: that one lies in both tables of the server.
    const isAlone = watches.persistentModeOn(path) === undefined
    const of = this.#of !== 'close' && isAlone ? this.#of : 'any'
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

function foresee(model: Model, acting: ClientIndex, wishes: readonly Wish[]): Expectation[] {
  const { session, watches } = model.clients[acting]
  return wishes.map((wished) => {
    const operation = grant(wished, model.root, model.tree, watches)
    const watchId = model.newName('watch')
    if (
      operation.type === 'addWatch' ||
      operation.type === 'removeWatches' ||
      operation.type === 'closeWatch'
    ) {
      if (operation.type === 'addWatch') watches.add(operation.mode, operation.path, watchId)
      return { operation, watchId, result: { value: {}, stats: [] }, heard: [[], []] }
    }
    const result = model.tree.perform(operation, session)
    const events = model.tree.takeEvents()
    const heard = CLIENTS.map((index) =>
      events.flatMap((event) => model.clients[index].watches.tell(event)),
    ) as [string[], string[]]
    leaveWatch(operation, result, watches, watchId)
    return { operation, watchId, result, heard }
  })
}

/** A read that failed leaves no watch, but for `exists`. */
function leaveWatch(
  operation: ClientOperation,
  { value }: ModelResult,
  watches: WatchModel,
  watchId: string,
): void {
  if (!('watch' in operation) || !operation.watch) return
  const { type, path } = operation
  const hasFailed = typeof value === 'object' && value !== null && 'error' in value
  if (hasFailed) return
  if (type === 'getChildren' || type === 'getChildren2') watches.leave('child', path, watchId)
  else if (type === 'getData') watches.leave('data', path, watchId)
  else {
    const isThere = typeof value === 'object' && value !== null && 'exists' in value && value.exists
    watches.leave(isThere === true ? 'data' : 'exist', path, watchId)
  }
}

function issue(
  real: Real,
  index: ClientIndex,
  expected: readonly Expectation[],
): Promise<RealResult[]> {
  return Promise.all(
    expected.map(({ operation, watchId }, number) =>
      real.clients[index].issue(operation, number, watchId),
    ),
  )
}

function compareResults(
  real: Real,
  expected: readonly Expectation[],
  results: readonly RealResult[],
): void {
  for (const [number, { operation, result }] of expected.entries()) {
    const found = results[number]
    const what = JSON.stringify(operation)
    if (found !== undefined) real.meetResult(found)
    expect(found?.value, what).toEqual(result.value)
    expect(found?.stats.length, what).toBe(result.stats.length)
    for (const [place, stat] of result.stats.entries()) {
      const foundStat = found?.stats[place]
      if (foundStat !== undefined) compareStats(real, what, stat, foundStat)
    }
  }
}

function compareStats(real: Real, what: string, expected: ModelStat, found: Stat): void {
  const { czxid, mzxid, pzxid, ...rest } = expected
  expect(
    {
      version: found.version,
      cversion: found.cversion,
      aversion: found.aversion,
      owner: found.ephemeralOwner === 0n ? undefined : real.sessions.get(found.ephemeralOwner),
      dataLength: found.dataLength,
      numChildren: found.numChildren,
    },
    what,
  ).toEqual(rest)
  real.order.relate(czxid, found.czxid)
  real.order.relate(mzxid, found.mzxid)
  real.order.relate(pzxid, found.pzxid)
  expect(found.ctime <= found.mtime, `${what}: created before it was changed`).toBe(true)
}

/**
 * Puts in order what comes in no order: the watches that hear of one event, and the replies between two events.
 */
function inRuns(log: readonly string[]): string[] {
  const runs: string[][] = []
  let lastKind: string | undefined
  for (const line of log) {
    const kind = line.startsWith('reply') ? 'reply' : line.slice(line.indexOf(' '))
    if (kind === lastKind) runs.at(-1)?.push(line)
    else runs.push([line])
    lastKind = kind
  }
  return runs.flatMap((run) => run.sort())
}
