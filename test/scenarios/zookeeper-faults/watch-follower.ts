import { joinPath, type WatchOptions, type ZooKeeper } from '@zoogate/zookeeper'
import type { Tree } from './judge.ts'
import { outcomeOf } from './outcome.ts'

/** Something that a one-shot watch can be left on, with a number that grows with every change that the watch sees. */
export interface WatchTarget {
  readonly name: string
  /** Reads the number, and leaves the watch. 0 where nothing is. */
  read(zk: ZooKeeper, options: WatchOptions): Promise<bigint>
  /** The number in a tree that was read. */
  markIn(tree: Tree): bigint
  /** Whether every event comes with another number at the next read. Not so for a znode that comes and goes. */
  readonly grows: boolean
}

export function dataOf(path: string): WatchTarget {
  return {
    name: `the data of ${path}`,
    read: async (zk, options) => (await zk.getData(path, options)).stat.mzxid,
    markIn: (tree) => tree.get(path)?.stat.mzxid ?? 0n,
    grows: true,
  }
}

export function childrenOf(path: string): WatchTarget {
  return {
    name: `the children of ${path}`,
    read: async (zk, options) => (await zk.getChildren2(path, options)).stat.pzxid,
    markIn: (tree) => tree.get(path)?.stat.pzxid ?? 0n,
    grows: true,
  }
}

export function existenceOf(path: string): WatchTarget {
  return {
    name: `the existence of ${path}`,
    read: async (zk, options) => (await zk.exists(path, options))?.mzxid ?? 0n,
    markIn: (tree) => tree.get(path)?.stat.mzxid ?? 0n,
    grows: false,
  }
}

/** Has a one-shot watch on its target at any time, and looks past it now and then to see whether it should have fired. */
export class WatchFollower {
  readonly problems: string[] = []
  fired = 0
  readonly #zk: ZooKeeper
  readonly #target: WatchTarget
  readonly #stop: AbortSignal
  #watch: OneShot | undefined

  constructor(options: {
    readonly zk: ZooKeeper
    readonly target: WatchTarget
    readonly stop: AbortSignal
  }) {
    this.#zk = options.zk
    this.#target = options.target
    this.#stop = options.stop
  }

  async run(): Promise<void> {
    await Promise.all([this.#follow(), this.#lookPast()])
  }

  /** Says so when the watch should have fired, by what is there now. */
  judge(tree: Tree): string[] {
    const watch = this.#watch
    if (watch === undefined || watch.hasFired) return []
    const mark = this.#target.markIn(tree)
    if (watch.mark === mark) return []
    return [`${this.#target.name}: left at ${watch.mark}, now at ${mark}, and no event came`]
  }

  async #follow(): Promise<void> {
    let overtaken = -1n
    while (!this.#stop.aborted) {
      const watch = new OneShot((text) => this.problems.push(`${this.#target.name}: ${text}`))
      const read = await outcomeOf(this.#target.read(this.#zk, { watch: watch.listener }), [])
      if (read.type !== 'done') {
        watch.abandon()
        continue
      }
      if (read.result <= overtaken) {
        this.problems.push(`${this.#target.name}: an event, and still at ${read.result}`)
      }
      watch.mark = read.result
      this.#watch = watch
      const event = await watch.event(this.#stop)
      if (event === undefined) return
      this.fired++
      overtaken = this.#target.grows && event !== 'sessionLost' ? watch.mark : -1n
    }
  }

  async #lookPast(): Promise<void> {
    while (!this.#stop.aborted) {
      const read = await outcomeOf(this.#target.read(this.#zk, {}), [])
      const watch = this.#watch
      if (read.type === 'done' && watch !== undefined && !watch.hasFired) {
        if (read.result > watch.mark) {
          this.problems.push(`${this.#target.name}: ${read.result} seen before its event`)
        }
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }
}

const LOOK_EVERY_MS = 15

/** One listener, and what became of it. */
class OneShot {
  mark = 0n
  hasFired = false
  readonly listener: NonNullable<WatchOptions['watch']>
  #isAbandoned = false
  readonly #event: Promise<string>

  constructor(complain: (text: string) => void) {
    let tell: (type: string) => void = () => {}
    this.#event = new Promise((resolve) => {
      tell = resolve
    })
    this.listener = ({ type }) => {
      if (this.hasFired) complain('its watch fired twice')
      if (this.#isAbandoned) complain('a watch fired whose read had failed')
      this.hasFired = true
      tell(type)
    }
  }

  /** The read that should have left it failed. */
  abandon(): void {
    this.#isAbandoned = true
  }

  /** The event's type; undefined when there is none before the signal. */
  async event(stop: AbortSignal): Promise<string | undefined> {
    if (stop.aborted) return undefined
    let end: () => void = () => {}
    const stopped = new Promise<undefined>((resolve) => {
      end = () => resolve(undefined)
      stop.addEventListener('abort', end, { once: true })
    })
    const event = await Promise.race([this.#event, stopped])
    stop.removeEventListener('abort', end)
    return event
  }
}

/** Lets a znode come and go, for the watches on it. */
export async function toggle(zk: ZooKeeper, root: string, stop: AbortSignal): Promise<void> {
  const path = joinPath(root, 'toggle')
  while (!stop.aborted) {
    await outcomeOf(zk.create(path, null), ['ZK_NODE_EXISTS'])
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    await outcomeOf(zk.delete(path), ['ZK_NO_NODE'])
  }
}
