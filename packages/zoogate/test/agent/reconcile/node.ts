import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { FakeScheduler } from '../../../../../test/support/fake-scheduler.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { Generations } from '../../../src/agent/disk/generations.ts'
import { Journal } from '../../../src/agent/disk/journal.ts'
import { lettingGoControl, lettingGoHost } from '../../../src/agent/reconcile/letting-go.ts'
import type { NodeEngine } from '../../../src/agent/reconcile/node-engine.ts'
import { Reconciler } from '../../../src/agent/reconcile/reconciler.ts'
import { FakeEngine, type ViewOptions, viewOf } from '../fake-engine.ts'

const silent = pino({ level: 'silent' })

/** Time stands still for it until it is moved. */
type BenchNode = NodeEngine & { readonly scheduler: FakeScheduler }

/** The node of a folder, as each new agent sees it. */
export function nodeOf(
  fake: FakeEngine,
  lettingGo: AbortSignal = new AbortController().signal,
): BenchNode {
  const { folder, engine, host } = fake
  const paths = { folder, current: join(folder, 'current'), logs: folder, run: folder }
  return {
    engine,
    host: lettingGoHost(host, lettingGo),
    paths,
    control: lettingGoControl(
      engine.control({ paths, process: host.process, log: silent }),
      lettingGo,
    ),
    generations: new Generations(folder),
    journal: new Journal(join(folder, 'journal.json')),
    lettingGo,
    scheduler: new FakeScheduler(),
    log: silent,
  }
}

function versionOf(revision: number | undefined) {
  return revision === undefined ? undefined : (`${revision}` as const)
}

/** A reconciler whose desired state is set by hand. */
export class Bench {
  readonly fake: FakeEngine
  readonly node: BenchNode
  readonly reconciler: Reconciler
  views = new Map<number, ViewOptions>()
  target: number | undefined
  good: number | undefined

  constructor(fake: FakeEngine, node: BenchNode = nodeOf(fake)) {
    this.fake = fake
    this.node = node
    this.reconciler = new Reconciler({
      node,
      desired: {
        target: () => versionOf(this.target),
        good: () => versionOf(this.good),
        view: (version) => {
          const revision = Number(version)
          const options = this.views.get(revision)
          return options === undefined ? undefined : viewOf({ revision, ...options })
        },
      },
      onStatus: () => {},
      onObservation: () => {},
      nowMs: () => 1_000_000 + node.scheduler.nowMs(),
    })
  }

  static async open(folder: string): Promise<Bench> {
    await mkdir(folder, { recursive: true })
    const bench = new Bench(new FakeEngine(folder))
    await bench.reconciler.start()
    return bench
  }

  /** Asks for a revision, and waits for what comes of it. */
  async aim(revision: number, options: ViewOptions): Promise<void> {
    this.views.set(revision, options)
    this.target = revision
    await this.settle()
  }

  async settle(): Promise<void> {
    // Reloads are half a second apart at least.
    await this.pass(1_000)
    this.reconciler.kick()
    await this.idle()
  }

  /** Lets time pass, with all that falls due in it. */
  async pass(ms: number): Promise<void> {
    await this.node.scheduler.advance(ms)
    await this.idle()
  }

  /** Lets as much time pass as it takes until it has come true. */
  async until(what: string, isTrue: () => boolean): Promise<void> {
    const passed = async () => {
      if (!isTrue()) await this.node.scheduler.advance(20)
      return isTrue()
    }
    await waitFor(what, passed, { everyMs: 0 })
  }

  /** Nothing is under way. */
  idle(): Promise<void> {
    return this.#ended(this.reconciler.idle())
  }

  close(): Promise<void> {
    return this.#ended(this.reconciler.close())
  }

  async #ended(work: Promise<void>): Promise<void> {
    let hasEnded = false
    const ends = work.finally(() => {
      hasEnded = true
    })
    await Promise.all([ends, this.until('it to end', () => hasEnded)])
  }

  /** What the engine serves: routes and endpoints. */
  get serves(): string {
    const endpoints = this.fake.tables.get('shop') ?? []
    return `${this.fake.routes} ${endpoints.map(({ id }) => id).join(' ')}`
  }
}
