import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { Generations } from '../../../src/agent/disk/generations.ts'
import { Journal } from '../../../src/agent/disk/journal.ts'
import { lettingGoControl, lettingGoHost } from '../../../src/agent/reconcile/letting-go.ts'
import type { NodeEngine } from '../../../src/agent/reconcile/node-engine.ts'
import { Reconciler } from '../../../src/agent/reconcile/reconciler.ts'
import { FakeEngine, type ViewOptions, viewOf } from '../fake-engine.ts'

const silent = pino({ level: 'silent' })

/** The node of a folder, as each new agent sees it. */
export function nodeOf(
  fake: FakeEngine,
  lettingGo: AbortSignal = new AbortController().signal,
): NodeEngine {
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
    log: silent,
  }
}

function versionOf(revision: number | undefined) {
  return revision === undefined ? undefined : (`${revision}` as const)
}

/** A reconciler whose desired state is set by hand. */
export class Bench {
  readonly fake: FakeEngine
  readonly node: NodeEngine
  readonly reconciler: Reconciler
  views = new Map<number, ViewOptions>()
  target: number | undefined
  good: number | undefined
  nowMs = 1_000_000

  constructor(fake: FakeEngine, node: NodeEngine = nodeOf(fake)) {
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
      nowMs: () => this.nowMs,
      inspectTimeoutMs: 500,
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
    this.nowMs += 1_000
    this.reconciler.kick()
    await this.reconciler.idle()
  }

  /** What the engine serves: routes and endpoints. */
  get serves(): string {
    const endpoints = this.fake.tables.get('shop') ?? []
    return `${this.fake.routes} ${endpoints.map(({ id }) => id).join(' ')}`
  }
}
