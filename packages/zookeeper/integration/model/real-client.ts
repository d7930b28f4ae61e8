import { startTcpProxy, type TcpProxy } from '../../../../test/support/tcp-proxy.ts'
import {
  type CreateMode,
  MultiError,
  type MultiOperation,
  type MultiReadOperation,
  type PersistentWatch,
  type PersistentWatchMode,
  type Stat,
  type WatchEvent,
  ZooKeeper,
  ZooKeeperError,
} from '../../src/index.ts'
import type { ModelOperation } from './tree-model.ts'

/** An operation of a client, with its watches. */
export type ClientOperation =
  | ModelOperation
  | { readonly type: 'addWatch'; readonly path: string; readonly mode: PersistentWatchMode }
  | {
      readonly type: 'removeWatches'
      readonly path: string
      readonly of: 'any' | 'data' | 'children'
    }
  | { readonly type: 'closeWatch'; readonly id: string }

/** An operation's result in the model's words, but for the Stats. */
export interface RealResult {
  readonly value: unknown
  readonly stats: readonly Stat[]
}

const SESSION_TIMEOUT_MS = 10_000

/** A client behind a proxy that can cut it off, which logs in order what it hears. */
export class RealClient implements AsyncDisposable {
  readonly zk: ZooKeeper
  readonly sessionId: bigint
  readonly #proxy: TcpProxy
  readonly #watches = new Map<string, PersistentWatch>()
  #log: string[] = []

  private constructor(zk: ZooKeeper, proxy: TcpProxy) {
    this.zk = zk
    this.sessionId = zk.sessionId
    this.#proxy = proxy
  }

  static async connect(port: number): Promise<RealClient> {
    const proxy = await startTcpProxy({ port })
    const zk = new ZooKeeper(proxy.connectString, {
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      reconnect: { minMs: 2, maxMs: 10 },
    })
    await zk.connect({ timeoutMs: 20_000 })
    return new RealClient(zk, proxy)
  }

  /** What was heard since the last time. */
  takeLog(): string[] {
    const log = this.#log
    this.#log = []
    return log
  }

  /** Makes the call and logs its end as `reply <number>`. `watchId` names the watch that it leaves. */
  async issue(operation: ClientOperation, number: number, watchId: string): Promise<RealResult> {
    try {
      return await this.#perform(operation, watchId)
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error
      if (!(error instanceof MultiError)) return { value: { error: error.code }, stats: [] }
      const { code, index, error: cause } = error
      return { value: { error: code, index, cause: cause.code }, stats: [] }
    } finally {
      this.#log.push(`reply ${number}`)
    }
  }

  /** Cuts the client off, and lets it come back after `meanwhile`. Resolves when it is connected again. */
  async away(meanwhile: () => Promise<void>): Promise<void> {
    this.#proxy.setMode('refuse')
    await this.#state('suspended')
    await meanwhile()
    this.#proxy.setMode('forward')
    await this.#state('connected')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.zk.close()
    await this.#proxy[Symbol.asyncDispose]()
  }

  #state(wanted: ZooKeeper['state']): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.zk.state !== wanted) return
        unsubscribe()
        resolve()
      }
      const unsubscribe = this.zk.onStateChange(check)
      check()
    })
  }

  async #perform(operation: ClientOperation, watchId: string): Promise<RealResult> {
    const { zk } = this
    switch (operation.type) {
      case 'create': {
        const { path, data, mode } = operation
        return { value: { path: await zk.create(path, data, timed(mode)) }, stats: [] }
      }
      case 'create2': {
        const { path: wanted, data, mode } = operation
        const { path, stat } = await zk.create2(wanted, data, timed(mode))
        return { value: { path }, stats: [stat] }
      }
      case 'delete':
        await zk.delete(operation.path, { version: operation.version })
        return nothing
      case 'setData': {
        const { path, data, version } = operation
        return { value: {}, stats: [await zk.setData(path, data, { version })] }
      }
      case 'setACL': {
        const { path, perms, version } = operation
        const acl = [{ perms, id: { scheme: 'world', id: 'anyone' } }]
        return { value: {}, stats: [await zk.setACL(path, acl, { version })] }
      }
      case 'multi':
        return this.#multi(operation.operations)
      case 'multiRead':
        return this.#multiRead(operation.operations)
      case 'check':
        throw new Error('a check is sent in a multi only')
      case 'addWatch':
        await this.#addWatch(operation.path, operation.mode, watchId)
        return nothing
      case 'removeWatches':
        await zk.removeWatches(operation.path, { type: operation.of })
        return nothing
      case 'closeWatch':
        await this.#watches.get(operation.id)?.close()
        return nothing
      default:
        return this.#read(operation, watchId)
    }
  }

  async #read(
    operation: Extract<ModelOperation, { readonly path: string }>,
    watchId: string,
  ): Promise<RealResult> {
    const { zk } = this
    const { type, path } = operation
    const options =
      'watch' in operation && operation.watch ? { watch: this.#listener(watchId) } : {}
    switch (type) {
      case 'exists': {
        const stat = await zk.exists(path, options)
        return { value: { exists: stat !== undefined }, stats: stat === undefined ? [] : [stat] }
      }
      case 'getData': {
        const { data, stat } = await zk.getData(path, options)
        return { value: { data: data?.toString() ?? null }, stats: [stat] }
      }
      case 'getChildren':
        return { value: { children: (await zk.getChildren(path, options)).sort() }, stats: [] }
      case 'getChildren2': {
        const { children, stat } = await zk.getChildren2(path, options)
        return { value: { children: [...children].sort() }, stats: [stat] }
      }
      case 'getACL': {
        const { acl, stat } = await zk.getACL(path)
        return { value: { perms: acl[0]?.perms }, stats: [stat] }
      }
      case 'getAllChildrenNumber':
        return { value: await zk.getAllChildrenNumber(path), stats: [] }
      case 'getEphemerals':
        return { value: (await zk.getEphemerals(path)).sort(), stats: [] }
      default:
        await zk.sync(path)
        return nothing
    }
  }

  async #multi(operations: readonly ModelOperation[]): Promise<RealResult> {
    const results = await this.zk.multi(operations.map(toMultiOperation))
    return {
      value: results.map((result) => (result.type === 'create' ? { path: result.path } : {})),
      stats: results.flatMap((result) => (result.type === 'setData' ? [result.stat] : [])),
    }
  }

  async #multiRead(operations: readonly ModelOperation[]): Promise<RealResult> {
    const results = await this.zk.multiRead(operations.map(toMultiRead))
    return {
      value: results.map((result) => {
        if (result.type === 'error') return { error: result.error.code }
        if (result.type === 'getData') return { data: result.data?.toString() ?? null }
        return { children: [...result.children].sort() }
      }),
      stats: results.flatMap((result) => (result.type === 'getData' ? [result.stat] : [])),
    }
  }

  async #addWatch(path: string, mode: PersistentWatchMode, id: string): Promise<void> {
    const watch = await this.zk.addWatch(path, mode)
    this.#watches.set(id, watch)
    watch.onEnd(() => this.#log.push(`${id} end`))
    watch.onEvent((event) => {
      this.#log.push(event.type === 'resync' ? `${id} resync` : `${id} ${event.type} ${event.path}`)
    })
  }

  #listener(id: string): (event: WatchEvent) => void {
    return ({ type, path }) => this.#log.push(`${id} ${type} ${path}`)
  }
}

const nothing: RealResult = { value: {}, stats: [] }
const TTL_MS = 3_600_000

type Mode =
  | { readonly mode: Exclude<CreateMode, `${string}WithTTL`> }
  | { readonly mode: Extract<CreateMode, `${string}WithTTL`>; readonly ttlMs: number }

function timed(mode: CreateMode): Mode {
  return mode === 'persistentWithTTL' || mode === 'persistentSequentialWithTTL'
    ? { mode, ttlMs: TTL_MS }
    : { mode }
}

function toMultiOperation(operation: ModelOperation): MultiOperation {
  switch (operation.type) {
    case 'create': {
      const { type, path, data, mode } = operation
      return { type, path, data, ...timed(mode) }
    }
    case 'setData':
    case 'delete':
    case 'check':
      return operation
    default:
      throw new Error(`no ${operation.type} in a multi`)
  }
}

function toMultiRead(operation: ModelOperation): MultiReadOperation {
  if (operation.type !== 'getData' && operation.type !== 'getChildren') {
    throw new Error(`no ${operation.type} in a multiRead`)
  }
  return { type: operation.type, path: operation.path }
}
