import type { CreateMode, NodeEventType, ZooKeeperErrorCode } from '../../src/index.ts'
import { nodeName, Perms, parentPath } from '../../src/protocol/index.ts'

/** An operation with nothing left open: paths are whole, versions are numbers. */
export type ModelOperation =
  | {
      readonly type: 'create' | 'create2'
      readonly path: string
      readonly data: string | null
      readonly mode: CreateMode
    }
  | { readonly type: 'delete'; readonly path: string; readonly version: number }
  | {
      readonly type: 'setData'
      readonly path: string
      readonly data: string | null
      readonly version: number
    }
  | {
      readonly type: 'setACL'
      readonly path: string
      readonly perms: number
      readonly version: number
    }
  | { readonly type: 'check'; readonly path: string; readonly version: number }
  | {
      readonly type: 'exists' | 'getData' | 'getChildren' | 'getChildren2'
      readonly path: string
      readonly watch: boolean
    }
  | {
      readonly type: 'getACL' | 'getAllChildrenNumber' | 'getEphemerals' | 'sync'
      readonly path: string
    }
  | { readonly type: 'multi'; readonly operations: readonly ModelOperation[] }
  | { readonly type: 'multiRead'; readonly operations: readonly ModelOperation[] }

/** A Stat whose transactions are counted from 1 without gaps, and whose owner is a session's name. */
export interface ModelStat {
  readonly czxid: number
  readonly mzxid: number
  readonly pzxid: number
  readonly version: number
  readonly cversion: number
  readonly aversion: number
  readonly owner: string | undefined
  readonly dataLength: number
  readonly numChildren: number
}

/** What an operation comes to: plain values, with all Stats beside them. */
export interface ModelResult {
  readonly value: unknown
  readonly stats: readonly ModelStat[]
}

export interface ModelEvent {
  readonly type: NodeEventType
  readonly path: string
}

interface ModelNode {
  data: string | null
  perms: number
  readonly owner: string | undefined
  readonly czxid: number
  mzxid: number
  pzxid: number
  version: number
  aversion: number
  /** How many children were ever created: the server's own cversion, from which that of the Stat is computed. */
  creations: number
  readonly children: Set<string>
}

/** The server refuses. */
class Refusal extends Error {
  readonly code: ZooKeeperErrorCode

  constructor(code: ZooKeeperErrorCode) {
    super(code)
    this.code = code
  }
}

const ANY_VERSION = -1

/** ZooKeeper's tree, in memory and without bytes: PrepRequestProcessor's checks in their order, DataTree's changes and events. */
export class TreeModel {
  readonly #nodes = new Map<string, ModelNode>()
  #zxid = 0
  #events: ModelEvent[] = []

  /** `root` exists already, and nothing below it. */
  constructor(root: string) {
    this.#nodes.set(root, newNode({ data: null, owner: undefined, zxid: ++this.#zxid }))
  }

  /** Carries an operation out for a session. A multi or a multiRead of which all is refused is not an error here, but a value. */
  perform(operation: ModelOperation, session: string): ModelResult {
    this.#zxid++
    try {
      return this.#perform(operation, session)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      return { value: { error: error.code }, stats: [] }
    }
  }

  /** Deletes what the session owns, all in one transaction. */
  closeSession(session: string): void {
    this.#zxid++
    const owned = [...this.#nodes].filter(([, node]) => node.owner === session)
    for (const [path] of owned) this.#remove(path)
  }

  /** The events since the last time, in order. */
  takeEvents(): ModelEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }

  /** All paths below the root. */
  get paths(): string[] {
    return [...this.#nodes.keys()].slice(1)
  }

  /** Undefined when there is no such znode. */
  stat(path: string): ModelStat | undefined {
    const node = this.#nodes.get(path)
    return node === undefined ? undefined : statOf(node)
  }

  get zxid(): number {
    return this.#zxid
  }

  #perform(operation: ModelOperation, session: string): ModelResult {
    switch (operation.type) {
      case 'create':
      case 'create2': {
        const path = this.#create(operation, session)
        const stats = operation.type === 'create2' ? [statOf(this.#node(path))] : []
        return { value: { path }, stats }
      }
      case 'delete':
        this.#delete(operation.path, operation.version)
        return nothing
      case 'setData':
        return { value: {}, stats: [this.#setData(operation)] }
      case 'setACL':
        return { value: {}, stats: [this.#setACL(operation)] }
      case 'check': {
        checkVersion(this.#node(operation.path).version, operation.version)
        return nothing
      }
      case 'multi':
        return this.#multi(operation.operations, session)
      case 'multiRead':
        return this.#multiRead(operation.operations, session)
      default:
        return this.#read(operation, session)
    }
  }

  #create(
    { path, data, mode }: Extract<ModelOperation, { type: 'create' | 'create2' }>,
    session: string,
  ): string {
    const parent = this.#node(parentPath(path))
    allow(parent, Perms.create)
    const isSequential = mode.endsWith('Sequential')
    const whole = isSequential ? path + String(parent.creations).padStart(10, '0') : path
    if (this.#nodes.has(whole)) throw new Refusal('ZK_NODE_EXISTS')
    if (parent.owner !== undefined) throw new Refusal('ZK_NO_CHILDREN_FOR_EPHEMERALS')
    const owner = mode.startsWith('ephemeral') ? session : undefined
    this.#nodes.set(whole, newNode({ data, owner, zxid: this.#zxid }))
    parent.creations++
    parent.pzxid = this.#zxid
    parent.children.add(nodeName(whole))
    this.#events.push({ type: 'created', path: whole })
    this.#events.push({ type: 'childrenChanged', path: parentPath(whole) })
    return whole
  }

  #delete(path: string, version: number): void {
    const parent = this.#node(parentPath(path))
    const node = this.#node(path)
    allow(parent, Perms.delete)
    checkVersion(node.version, version)
    if (node.children.size > 0) throw new Refusal('ZK_NOT_EMPTY')
    this.#remove(path)
  }

  #remove(path: string): void {
    const parent = this.#node(parentPath(path))
    this.#nodes.delete(path)
    parent.children.delete(nodeName(path))
    parent.pzxid = this.#zxid
    this.#events.push({ type: 'deleted', path })
    this.#events.push({ type: 'childrenChanged', path: parentPath(path) })
  }

  #setData({ path, data, version }: Extract<ModelOperation, { type: 'setData' }>): ModelStat {
    const node = this.#node(path)
    allow(node, Perms.write)
    checkVersion(node.version, version)
    node.data = data
    node.version++
    node.mzxid = this.#zxid
    this.#events.push({ type: 'dataChanged', path })
    return statOf(node)
  }

  #setACL({ path, perms, version }: Extract<ModelOperation, { type: 'setACL' }>): ModelStat {
    const node = this.#node(path)
    allow(node, Perms.admin)
    checkVersion(node.aversion, version)
    node.perms = perms
    node.aversion++
    return statOf(node)
  }

  /** All or nothing, in one transaction. */
  #multi(operations: readonly ModelOperation[], session: string): ModelResult {
    const before = new Map([...this.#nodes].map(([path, node]) => [path, copyOf(node)]))
    const eventsBefore = this.#events.length
    const results: ModelResult[] = []
    for (const [index, operation] of operations.entries()) {
      try {
        results.push(this.#perform(operation, session))
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        this.#nodes.clear()
        for (const [path, node] of before) this.#nodes.set(path, node)
        this.#events.length = eventsBefore
        return { value: { error: 'ZK_MULTI_FAILED', index, cause: error.code }, stats: [] }
      }
    }
    return joined(results)
  }

  /** Each by itself. */
  #multiRead(operations: readonly ModelOperation[], session: string): ModelResult {
    const results = operations.map((operation): ModelResult => {
      try {
        return this.#perform(operation, session)
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return { value: { error: error.code }, stats: [] }
      }
    })
    return joined(results)
  }

  #read(
    { type, path }: Extract<ModelOperation, { readonly path: string }>,
    session: string,
  ): ModelResult {
    if (type === 'sync') return nothing
    if (type === 'getEphemerals') {
      const owned = [...this.#nodes].filter(([, node]) => node.owner === session)
      const paths = owned.map(([owner]) => owner).filter((one) => one.startsWith(path))
      return { value: paths.sort(), stats: [] }
    }
    if (type === 'exists' && !this.#nodes.has(path)) return { value: { exists: false }, stats: [] }
    const node = this.#node(path)
    const stats = [statOf(node)]
    const children = [...node.children].sort()
    if (type === 'exists') return { value: { exists: true }, stats }
    if (type === 'getData') return { value: { data: node.data }, stats }
    if (type === 'getACL') return { value: { perms: node.perms }, stats }
    if (type === 'getChildren') return { value: { children }, stats: [] }
    if (type === 'getChildren2') return { value: { children }, stats }
    const below = [...this.#nodes.keys()].filter((one) => one.startsWith(`${path}/`))
    return { value: below.length, stats: [] }
  }

  #node(path: string): ModelNode {
    const node = this.#nodes.get(path)
    if (node === undefined) throw new Refusal('ZK_NO_NODE')
    return node
  }
}

const nothing: ModelResult = { value: {}, stats: [] }

function joined(results: readonly ModelResult[]): ModelResult {
  return {
    value: results.map(({ value }) => value),
    stats: results.flatMap(({ stats }) => stats),
  }
}

function newNode(fields: {
  readonly data: string | null
  readonly owner: string | undefined
  readonly zxid: number
}): ModelNode {
  const { data, owner, zxid } = fields
  return {
    data,
    owner,
    perms: Perms.all,
    czxid: zxid,
    mzxid: zxid,
    pzxid: zxid,
    version: 0,
    aversion: 0,
    creations: 0,
    children: new Set(),
  }
}

function copyOf(node: ModelNode): ModelNode {
  return { ...node, children: new Set(node.children) }
}

function statOf(node: ModelNode): ModelStat {
  return {
    czxid: node.czxid,
    mzxid: node.mzxid,
    pzxid: node.pzxid,
    version: node.version,
    cversion: 2 * node.creations - node.children.size,
    aversion: node.aversion,
    owner: node.owner,
    dataLength: Buffer.byteLength(node.data ?? ''),
    numChildren: node.children.size,
  }
}

function allow(node: ModelNode, permission: number): void {
  if ((node.perms & permission) === 0) throw new Refusal('ZK_NO_AUTH')
}

function checkVersion(version: number, expected: number): void {
  if (expected !== ANY_VERSION && expected !== version) throw new Refusal('ZK_BAD_VERSION')
}
