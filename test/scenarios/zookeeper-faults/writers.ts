import { joinPath, type ZooKeeper } from '@zoogate/zookeeper'
import {
  type AppendStep,
  judgeAppends,
  judgePairs,
  judgeRegister,
  judgeSequence,
  type PairStep,
  type RegisterStep,
  type SequentialStep,
  type Tree,
} from './judge.ts'
import { type Outcome, type OutcomeCounts, outcomeOf } from './outcome.ts'

/** What a writer works with. */
interface WriterOptions {
  readonly zk: ZooKeeper
  /** Different for every writer. */
  readonly name: string
  /** A znode that exists. */
  readonly root: string
  readonly random: () => number
  readonly stop: AbortSignal
}

/** Writes until it is stopped, and knows afterwards what must be there. */
abstract class Writer {
  readonly counts: OutcomeCounts = { done: 0, refused: 0, unknown: 0, never: 0 }
  readonly name: string
  protected readonly zk: ZooKeeper
  protected readonly root: string
  protected readonly random: () => number
  readonly #stop: AbortSignal

  constructor(options: WriterOptions) {
    this.name = options.name
    this.zk = options.zk
    this.root = options.root
    this.random = options.random
    this.#stop = options.stop
  }

  /** Ends when the signal is aborted and its last call has ended. Rejects for an error that no fault explains. */
  async run(): Promise<void> {
    for (let round = 0; !this.#stop.aborted; round++) {
      await this.round(round)
      // A pace, not a wait: the faults should meet a busy client, not a full disk.
      await new Promise((resolve) => setTimeout(resolve, MAX_PAUSE_MS * this.random()))
    }
  }

  /** What is wrong with the tree that is left. */
  abstract judge(tree: Tree): string[]

  protected abstract round(round: number): Promise<void>

  protected get stopped(): boolean {
    return this.#stop.aborted
  }

  protected async attempt<Result>(
    call: Promise<Result>,
    refusals: Parameters<typeof outcomeOf>[1],
  ): Promise<Outcome<Result>> {
    const outcome = await outcomeOf(call, refusals)
    this.counts[outcome.type]++
    return outcome
  }
}

const MAX_PAUSE_MS = 20
const MAX_BURST = 6
const DELETED_SHARE = 0.4

/** Creates znodes of names that nobody else uses, and deletes some; asks again until the server says how it stands. */
export class RegisterWriter extends Writer {
  readonly #lives = new Map<string, RegisterStep[]>()

  protected async round(round: number): Promise<void> {
    const path = joinPath(this.root, `${this.name}-${round}`)
    const steps: RegisterStep[] = []
    this.#lives.set(path, steps)
    await this.#insist(steps, 'create', (token) => this.zk.create(path, token))
    if (this.random() < DELETED_SHARE) {
      await this.#insist(steps, 'delete', () => this.zk.delete(path))
    }
  }

  judge(tree: Tree): string[] {
    return [...this.#lives].flatMap(([path, steps]) =>
      judgeRegister(path, steps, tree.get(path)?.data?.toString()),
    )
  }

  async #insist(
    steps: RegisterStep[],
    operation: RegisterStep['operation'],
    call: (token: string) => Promise<unknown>,
  ): Promise<void> {
    const refusal = operation === 'create' ? 'ZK_NODE_EXISTS' : 'ZK_NO_NODE'
    for (let attempt = 0; !this.stopped || attempt === 0; attempt++) {
      const token = `${operation}-${attempt}`
      const { type } = await this.attempt(call(token), [refusal])
      steps.push({ operation, token, outcome: type })
      if (type === 'done' || type === 'refused') return
    }
  }
}

/** Makes sequential creates in bursts without waiting, and none again. */
export class SequenceWriter extends Writer {
  readonly #steps: SequentialStep[] = []

  protected async round(round: number): Promise<void> {
    const burst = Array.from({ length: 1 + Math.floor(MAX_BURST * this.random()) }, (_, index) => {
      const token = `${this.name}.${round}.${index}`
      const call = this.zk.create(joinPath(this.root, 's-'), token, {
        mode: 'persistentSequential',
      })
      return this.attempt(call, []).then((outcome) => ({ token, outcome }))
    })
    for (const { token, outcome } of await Promise.all(burst)) {
      const path = outcome.type === 'done' ? outcome.result : undefined
      this.#steps.push({ token, outcome: outcome.type, path })
    }
  }

  judge(tree: Tree): string[] {
    const found = new Map<string, string[]>()
    for (const [path, { data }] of tree) {
      if (!path.startsWith(joinPath(this.root, 's-'))) continue
      const token = String(data)
      const paths = found.get(token)
      if (paths === undefined) found.set(token, [path])
      else paths.push(path)
    }
    return judgeSequence(this.#steps, found)
  }
}

/** What all append writers of one znode did, and together must be judged by. */
export class AppendWriter extends Writer {
  readonly steps: AppendStep[] = []
  readonly problems: string[] = []
  #newest = { sessionId: 0n, version: 0 }

  protected async round(round: number): Promise<void> {
    const path = joinPath(this.root, 'log')
    const read = await outcomeOf(this.zk.getData(path), [])
    if (read.type !== 'done') return
    const { data, stat } = read.result
    this.#neverBack(stat.version)
    const token = `${this.name}.${round}`
    const tokens = [...tokensOf(data), token].join()
    const outcome = await this.attempt(this.zk.setData(path, tokens, { version: stat.version }), [
      'ZK_BAD_VERSION',
    ])
    const version = outcome.type === 'done' ? outcome.result.version : undefined
    if (version !== undefined) this.#neverBack(version)
    this.steps.push({ token, outcome: outcome.type, version })
  }

  judge(): string[] {
    return this.problems
  }

  /** Within a session no read may show an older state than one before, whichever server answers. */
  #neverBack(version: number): void {
    const { sessionId } = this.zk
    if (sessionId === this.#newest.sessionId && version < this.#newest.version) {
      this.problems.push(`${this.name}: saw ${this.#newest.version}, then ${version}`)
    }
    this.#newest = { sessionId, version }
  }
}

export function judgeLog(writers: readonly AppendWriter[], root: string, tree: Tree): string[] {
  const log = tree.get(joinPath(root, 'log'))
  if (log === undefined) return ['the log is gone']
  const steps = writers.flatMap((writer) => writer.steps)
  return judgeAppends(steps, tokensOf(log.data), log.stat.version)
}

function tokensOf(data: Buffer | null): string[] {
  return data === null || data.length === 0 ? [] : data.toString().split(',')
}

/** Creates two znodes and counts them in a third, in one multi. */
export class PairWriter extends Writer {
  readonly #steps: PairStep[] = []

  protected async round(round: number): Promise<void> {
    const count = joinPath(this.root, `count-${this.name}`)
    const read = await outcomeOf(this.zk.exists(count), [])
    if (read.type !== 'done') return
    if (read.result === undefined) {
      await outcomeOf(this.zk.create(count, null), ['ZK_NODE_EXISTS'])
      return
    }
    const token = `${this.name}.${round}`
    const paths = [joinPath(this.root, `${token}-a`), joinPath(this.root, `${token}-b`)] as const
    const call = this.zk.multi([
      { type: 'check', path: this.root, version: 0 },
      { type: 'create', path: paths[0], data: token },
      { type: 'setData', path: count, data: token, version: read.result.version },
      { type: 'create', path: paths[1], data: token },
    ])
    const outcome = await this.attempt(call, [])
    this.#steps.push({ token, paths, outcome: outcome.type })
  }

  judge(tree: Tree): string[] {
    const count = tree.get(joinPath(this.root, `count-${this.name}`))
    return judgePairs(this.#steps, tree, count?.stat.version ?? 0)
  }
}
