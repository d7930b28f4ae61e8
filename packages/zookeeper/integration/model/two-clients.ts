import { RealClient, type RealResult } from './real-client.ts'
import { TreeModel } from './tree-model.ts'
import { WatchModel } from './watch-model.ts'
import { ZxidOrder } from './zxid-order.ts'

/** Both clients. */
export const CLIENTS = [0, 1] as const
export type ClientIndex = (typeof CLIENTS)[number]

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
