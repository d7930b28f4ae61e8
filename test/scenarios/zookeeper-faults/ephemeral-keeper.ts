import { joinPath, type SessionState, type ZooKeeper } from '@zoogate/zookeeper'
import type { Tree } from './judge.ts'
import { outcomeOf } from './outcome.ts'

/** Keeps one ephemeral znode for each session of a client, and a record of its states. */
export class EphemeralKeeper {
  /** What was wrong already while it ran. */
  readonly problems: string[] = []
  sessionsLost = 0
  reconnects = 0
  readonly #zk: ZooKeeper
  readonly #root: string
  readonly #stop: AbortSignal
  #sessionId: bigint
  #wake: () => void = () => {}

  constructor(options: {
    readonly zk: ZooKeeper
    readonly root: string
    readonly stop: AbortSignal
  }) {
    this.#zk = options.zk
    this.#root = options.root
    this.#stop = options.stop
    this.#sessionId = options.zk.sessionId
    options.zk.onStateChange((state, previous) => this.#onState(state, previous))
    options.stop.addEventListener('abort', () => this.#wake(), { once: true })
  }

  static pathOf(root: string, sessionId: bigint): string {
    return joinPath(root, sessionId.toString(16))
  }

  async run(): Promise<void> {
    let kept = 0n
    while (!this.#stop.aborted || kept !== this.#zk.sessionId) {
      const { sessionId } = this.#zk
      if (sessionId === kept || this.#zk.state !== 'connected') {
        await this.#change()
        continue
      }
      const path = EphemeralKeeper.pathOf(this.#root, sessionId)
      const { type } = await outcomeOf(this.#zk.create(path, null, { mode: 'ephemeral' }), [
        'ZK_NODE_EXISTS',
      ])
      if (type === 'done' || type === 'refused') kept = sessionId
    }
  }

  /** The ephemerals that are there are those of the sessions that live. */
  static judge(root: string, clients: readonly ZooKeeper[], tree: Tree): string[] {
    const problems: string[] = []
    const living = new Map(
      clients.map((zk) => [EphemeralKeeper.pathOf(root, zk.sessionId), zk.sessionId]),
    )
    for (const [path, sessionId] of living) {
      const owner = tree.get(path)?.stat.ephemeralOwner
      if (owner !== sessionId) problems.push(`${path}: should be ${sessionId}'s, is ${owner}'s`)
    }
    for (const path of tree.keys()) {
      if (path.startsWith(`${root}/`) && !living.has(path)) {
        problems.push(`${path}: outlived its session`)
      }
    }
    return problems
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  /** What the declaration of `SessionState` promises of the order of states. */
  #onState(state: SessionState, previous: SessionState): void {
    const { sessionId } = this.#zk
    if (state === 'lost') this.sessionsLost++
    if (state === 'connected') {
      if (previous === 'suspended') this.reconnects++
      const shouldBeSame = previous === 'suspended'
      if (shouldBeSame !== (sessionId === this.#sessionId)) {
        this.problems.push(
          `${previous} → connected, from session ${this.#sessionId} to ${sessionId}`,
        )
      }
      this.#sessionId = sessionId
    } else if (state === 'suspended' && previous !== 'connected') {
      this.problems.push(`${previous} → suspended`)
    } else if (state === 'lost' && previous !== 'suspended') {
      this.problems.push(`${previous} → lost`)
    }
    this.#wake()
  }
}
