import { createHash } from 'node:crypto'
import { joinPath, type TreeNode, ZooKeeper } from '@zoogate/zookeeper'
import { fourLetterWord } from '../../support/apache-zookeeper.ts'
import { seededRandom } from '../../support/random.ts'
import { waitFor } from '../../support/wait-for.ts'
import { CacheFollower } from './cache-follower.ts'
import type { Cluster, ClusterKind } from './cluster.ts'
import { EphemeralKeeper } from './ephemeral-keeper.ts'
import { type FaultName, type FaultStage, inflict, planFaults } from './faults.ts'
import { judgeCache, type Tree } from './judge.ts'
import { type Network, startNetwork } from './network.ts'
import type { OutcomeCounts } from './outcome.ts'
import { childrenOf, dataOf, existenceOf, toggle, WatchFollower } from './watch-follower.ts'
import { AppendWriter, judgeLog, PairWriter, RegisterWriter, SequenceWriter } from './writers.ts'

export interface ClientUnderFaultsOptions {
  readonly cluster: Cluster
  /** Decides on the faults, their order, their victims, and on what the writers do. */
  readonly seed: number
  /** Faults beyond those that every run has. */
  readonly extraFaults: number
}

/** What a run came to. */
export interface FaultReport {
  readonly kind: ClusterKind
  readonly seed: number
  readonly faults: readonly FaultName[]
  readonly writes: OutcomeCounts
  readonly watchesFired: number
  readonly cacheChanges: number
  readonly reconnects: number
  readonly sessionsLost: number
  readonly znodes: number
  /** Broken promises, in words. */
  readonly problems: readonly string[]
  /** What ZooKeeper's own members broke: where they hold different trees, or do not start again on their own data. */
  readonly serverFaults: readonly string[]
}

const CLIENTS = 3
const SESSION_TIMEOUT_MS = 2_000
/** How much every writer must get done between two faults. */
const PROGRESS_WRITES = 3
const PATIENCE_MS = 40_000

/**
 * Three clients write, watch and cache while faults come; afterwards all that the client promises is held against the tree that a fresh
 * client reads.
 */
export async function clientUnderFaults(options: ClientUnderFaultsOptions): Promise<FaultReport> {
  const random = randomOf(options.seed, 'plan')
  const faults = planFaults(options.cluster.kind, options.extraFaults, random)
  await using network = await startNetwork(options.cluster, CLIENTS)
  await using crew = await startCrew(options, network)
  for (const name of faults) {
    await crew.progress()
    await inflict(name, crew)
  }
  await crew.progress()
  const problems = await crew.finish()
  const { writers, followers, caches, keepers } = crew
  return {
    kind: options.cluster.kind,
    seed: options.seed,
    faults,
    writes: {
      done: sum(writers, ({ counts }) => counts.done),
      refused: sum(writers, ({ counts }) => counts.refused),
      unknown: sum(writers, ({ counts }) => counts.unknown),
      never: sum(writers, ({ counts }) => counts.never),
    },
    watchesFired: sum(followers, ({ fired }) => fired),
    cacheChanges: sum(caches, ({ changes }) => changes),
    reconnects: sum(keepers, ({ reconnects }) => reconnects),
    sessionsLost: sum(keepers, ({ sessionsLost }) => sessionsLost),
    znodes: crew.tree.size,
    problems,
    serverFaults: crew.serverFaults,
  }
}

/** A stream of numbers for each use, so that what one of them takes does not change what another one gets. */
function randomOf(seed: number, use: string): () => number {
  return seededRandom(createHash('sha256').update(`${seed} ${use}`).digest().readUInt32BE(0))
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0)
}

async function startCrew(
  { cluster, seed }: ClientUnderFaultsOptions,
  network: Network,
): Promise<Crew> {
  const direct = cluster.members.map(({ port }) => `127.0.0.1:${port}`).join(',')
  const observer = new ZooKeeper(direct, { sessionTimeoutMs: 2 * SESSION_TIMEOUT_MS })
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const connectString = network.connectString(index)
    const random = randomOf(seed, `client ${index}`)
    return new ZooKeeper(connectString, { sessionTimeoutMs: SESSION_TIMEOUT_MS, random })
  })
  const root = `/faults-${seed}`
  const crew = new Crew({ cluster, network, observer, clients, root, seed, direct })
  try {
    await crew.start()
  } catch (error) {
    await crew[Symbol.asyncDispose]()
    throw error
  }
  return crew
}

interface CrewOptions extends Omit<FaultStage, 'progress' | 'ephemerals' | 'random'> {
  readonly seed: number
  readonly root: string
  /** The servers, past the network that breaks. */
  readonly direct: string
}

/** Everybody at work. */
class Crew implements FaultStage, AsyncDisposable {
  readonly cluster: Cluster
  readonly network: Network
  readonly clients: readonly ZooKeeper[]
  readonly observer: ZooKeeper
  readonly random: () => number
  readonly ephemerals: string
  readonly writers: readonly (RegisterWriter | SequenceWriter | AppendWriter | PairWriter)[]
  readonly followers: readonly WatchFollower[]
  readonly caches: readonly CacheFollower[]
  readonly keepers: readonly EphemeralKeeper[]
  /** What was there at the end. */
  tree: Tree = new Map()
  readonly serverFaults: string[] = []
  /** How many followers each client has. */
  readonly #followed: number
  readonly #root: string
  readonly #direct: string
  readonly #appenders: readonly AppendWriter[]
  readonly #stop = new AbortController()
  /** The sessions go on changing until all is judged. */
  readonly #stopKeepers = new AbortController()
  readonly #problems: string[] = []
  readonly #working = new Map<string, Promise<void>>()

  constructor(options: CrewOptions) {
    const { clients, root } = options
    this.cluster = options.cluster
    this.network = options.network
    this.clients = clients
    this.observer = options.observer
    this.random = randomOf(options.seed, 'victims')
    this.#root = root
    this.#direct = options.direct
    this.ephemerals = joinPath(root, 'ephemerals')
    const stop = this.#stop.signal
    // Two clients write; all follow.
    const writing = (below: string) =>
      clients.slice(0, 2).map((zk, index) => ({
        zk,
        name: `${below}${index}`,
        root: joinPath(root, below),
        random: randomOf(options.seed, `${below}${index}`),
        stop,
      }))
    this.#appenders = writing('append').map((one) => new AppendWriter(one))
    this.writers = [
      ...this.#appenders,
      ...writing('names').map((one) => new RegisterWriter(one)),
      ...writing('sequence').map((one) => new SequenceWriter(one)),
      ...writing('pairs').map((one) => new PairWriter(one)),
    ]
    const targets = [
      dataOf(joinPath(root, 'append/log')),
      childrenOf(joinPath(root, 'sequence')),
      existenceOf(joinPath(root, 'toggle')),
    ]
    this.#followed = targets.length
    this.followers = clients.flatMap((zk) =>
      targets.map((target) => new WatchFollower({ zk, target, stop })),
    )
    this.caches = clients.map((zk, index) => new CacheFollower(`cache ${index}`, zk, root))
    this.keepers = clients.map(
      (zk) => new EphemeralKeeper({ zk, root: this.ephemerals, stop: this.#stopKeepers.signal }),
    )
  }

  async start(): Promise<void> {
    const everybody = [this.observer, ...this.clients]
    await Promise.all(everybody.map((zk) => zk.connect({ timeoutMs: PATIENCE_MS })))
    const folders = ['ephemerals', 'names', 'sequence', 'pairs', 'append/log']
    for (const folder of folders) await this.observer.ensurePath(joinPath(this.#root, folder))
    await Promise.all(this.clients.map((zk) => zk.sync(this.#root)))
    await Promise.all(this.caches.map((cache) => cache.start()))
    for (const [index, keeper] of this.keepers.entries()) {
      this.#work(`the keeper of client ${index}`, keeper.run())
    }
    for (const writer of this.writers) this.#work(writer.name, writer.run())
    for (const [index, one] of this.followers.entries()) this.#work(`follower ${index}`, one.run())
    const [first] = this.clients
    if (first !== undefined) this.#work('toggle', toggle(first, this.#root, this.#stop.signal))
  }

  async progress(): Promise<void> {
    const goals = this.writers.map((writer) => ({
      writer,
      goal: writer.counts.done + PROGRESS_WRITES,
    }))
    await waitFor(
      'every writer to go on',
      () => {
        if (this.#problems.length > 0) throw new Error(this.#problems.join('\n'))
        return goals.every(({ writer, goal }) => writer.counts.done >= goal)
      },
      { timeoutMs: PATIENCE_MS },
    ).catch(async (cause) => {
      const stuck = goals.filter(({ writer, goal }) => writer.counts.done < goal)
      const names = stuck.map(({ writer }) => writer.name).join(', ')
      throw new Error(`${names} did not go on: ${await this.#situation()}`, { cause })
    })
  }

  /** Who is to blame where nothing goes on: clients without servers, or servers without a leader? */
  async #situation(): Promise<string> {
    const clients = this.clients.map(
      ({ state, server }, index) => `client ${index} is ${state} at ${server?.port}`,
    )
    const members = this.cluster.members.map(async ({ port }) => {
      const answer = await fourLetterWord(port, 'srvr')
      return `the member at ${port} says ${/^Mode: .*$/m.exec(answer)?.[0] ?? JSON.stringify(answer)}`
    })
    return [...clients, ...(await Promise.all(members))].join('; ')
  }

  /** Ends all work, and says what is wrong with what is left. */
  async finish(): Promise<string[]> {
    this.#stop.abort()
    await this.#allEnded()
    this.#problems.push(...this.followers.flatMap(({ problems }) => problems))
    this.tree = await this.#readAfresh()
    // What is on its way to the clients may still come: but all of it, and in time.
    const wrong = [...this.#judgeWork(this.tree), ...(await this.#whatStaysWrong())]
    if (wrong.length > 0) this.#problems.push(...(await this.#ofTheClients(wrong)))
    this.#problems.push(...this.keepers.flatMap(({ problems }) => problems))
    for (const { port, rebuilt = 0 } of this.cluster.members) {
      if (rebuilt === 0) continue
      this.serverFaults.push(`the member at ${port} did not start on its own data: rebuilt`)
    }
    return this.#problems
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#stopKeepers.abort()
    await Promise.all(this.caches.map((cache) => cache.close()))
    await Promise.all([this.observer, ...this.clients].map((zk) => zk.close()))
    // A call that never ends is told by `finish`; it must not keep the run from telling it.
    await waitFor('all work to end', () => this.#working.size === 0).catch(() => undefined)
  }

  #work(name: string, work: Promise<void>): void {
    const ended = work
      .catch((error) => {
        if (!this.#isClosing(error)) this.#problems.push(`${name}: ${error?.stack ?? error}`)
      })
      .finally(() => this.#working.delete(name))
    this.#working.set(name, ended)
  }

  /** The keepers end with their clients. */
  #isClosing(error: { readonly code?: unknown }): boolean {
    return this.#stopKeepers.signal.aborted && error?.code === 'ZK_CLOSED'
  }

  async #allEnded(): Promise<void> {
    const others = () => [...this.#working.keys()].filter((name) => !name.startsWith('the keeper'))
    await waitFor('all work to end', () => others().length === 0, { timeoutMs: PATIENCE_MS }).catch(
      () => this.#problems.push(`calls that never end, of ${others().join(', ')}`),
    )
  }

  /** Whether what was written is there. */
  #judgeWork(tree: Tree): string[] {
    return [
      ...this.writers.flatMap((writer) => writer.judge(tree)),
      ...judgeLog(this.#appenders, joinPath(this.#root, 'append'), tree),
    ]
  }

  /** Whether the ephemeral znodes are those of the sessions that live. */
  #judgeSessions(tree: Tree): string[] {
    return EphemeralKeeper.judge(this.ephemerals, this.clients, tree)
  }

  /** Whether a client, or all of them, knows what is there. */
  #judgeKnowledge(tree: Tree, only?: number): string[] {
    const isMeant = (client: number) => only === undefined || only === client
    return [
      ...this.caches.filter((_, client) => isMeant(client)).flatMap((one) => one.judge(tree)),
      ...this.followers
        .filter((_, index) => isMeant(Math.floor(index / this.#followed)))
        .flatMap((one) => one.judge(tree)),
    ]
  }

  /**
   * A client is no better than its server. Where the members themselves hold different trees, which ZooKeeper must
   * never do and 3.8.0 does (ZOOKEEPER-4646, ZOOKEEPER-4785), each client is held against the member that it
   * is connected to, and the writers against the member that knows most of them.
   */
  async #ofTheClients(wrong: readonly string[]): Promise<readonly string[]> {
    const trees = await Promise.all(
      this.cluster.members.map(({ port }) => this.#readAfresh(`127.0.0.1:${port}`)),
    )
    const [first = this.tree] = trees
    const differences = trees.flatMap((tree, member) =>
      judgeCache(`the member at ${this.cluster.members[member]?.port} itself`, tree, first),
    )
    if (differences.length === 0) return wrong
    this.serverFaults.push(...differences)
    const works = trees.map((tree) => [...this.#judgeWork(tree), ...this.#judgeSessions(tree)])
    const [fewest = []] = works.toSorted((a, b) => a.length - b.length)
    return [
      ...fewest,
      ...this.clients.flatMap((zk, client) => {
        const port = zk.server?.port
        const link = this.network.links.find(({ proxy }) => proxy.port === port)
        const tree = link === undefined ? undefined : trees[link.member]
        return tree === undefined
          ? [`client ${client} is connected to nobody`]
          : this.#judgeKnowledge(tree, client)
      }),
    ]
  }

  async #readAfresh(servers = this.#direct): Promise<Tree> {
    await using fresh = new ZooKeeper(servers, { sessionTimeoutMs: 2 * SESSION_TIMEOUT_MS })
    await fresh.connect({ timeoutMs: PATIENCE_MS })
    await fresh.sync(this.#root)
    return await readTree(fresh, this.#root)
  }

  async #whatStaysWrong(): Promise<string[]> {
    let problems: string[] = []
    await waitFor(
      'the caches, the watches and the sessions to follow',
      async () => {
        this.tree = await this.#readAfresh()
        problems = [...this.#judgeKnowledge(this.tree), ...this.#judgeSessions(this.tree)]
        return problems.length === 0
      },
      { timeoutMs: 15_000, everyMs: 100 },
    ).catch((error) => {
      if (problems.length === 0) throw error
    })
    return problems
  }
}

/** Reads a tree by the plainest operations: not by those that the caches read with. */
async function readTree(zk: ZooKeeper, root: string): Promise<Tree> {
  const tree = new Map<string, TreeNode>()
  for (let level = [root]; level.length > 0; ) {
    const nodes = await Promise.all(
      level.map(async (path) => {
        const [read, names] = await Promise.all([zk.getData(path), zk.getChildren(path)])
        return { node: { path, ...read }, below: names.map((name) => joinPath(path, name)) }
      }),
    )
    for (const { node } of nodes) tree.set(node.path, node)
    level = nodes.flatMap(({ below }) => below)
  }
  return tree
}
