import { systemScheduler } from '@zoogate/balancer'
import type { Logger } from 'pino'
import type { Engine, EnginePaths } from '../engines/engine.ts'
import type { BoundsCheck } from './bounds/bounds-check.ts'
import { Generations } from './disk/generations.ts'
import { Journal } from './disk/journal.ts'
import type { SealedFile } from './disk/sealed-file.ts'
import type { EngineHost } from './reconcile/engine-host.ts'
import { lettingGoControl, lettingGoHost } from './reconcile/letting-go.ts'
import type { NodeEngine, Served } from './reconcile/node-engine.ts'
import { Reconciler, type ReconcilerStatus } from './reconcile/reconciler.ts'
import { type ViewVersion, versionOf } from './reconcile/view-version.ts'
import type { Candidate } from './state/candidate.ts'
import { agentChecks, engineChecks, type HealthChecks } from './state/health-checks.ts'
import type { StoredPool } from './state/node-state.ts'
import type { Pool } from './state/pool.ts'
import { type Follow, Pools } from './state/pools.ts'
import { StateSaver } from './state/state-saver.ts'

export interface NodeWorkOptions {
  readonly gateway: string
  readonly engine: Engine
  readonly host: EngineHost
  readonly paths: EnginePaths
  readonly stateFile: SealedFile
  readonly checkBounds: BoundsCheck
  /** What was served when the last agent was here, from the disk. */
  readonly good: Candidate | undefined
  readonly storedPools: readonly StoredPool[]
  readonly nowMs: () => number
  /** Aborted when nobody waits for the engine any longer. */
  readonly lettingGo: AbortSignal
  /** Whatever a report tells may have changed. */
  readonly onChange: () => void
  readonly log: Logger
}

/**
 * One engine, and all that decides what it has: the target, the pools, the checks, the reconciler.
 * It works from the disk alone; ZooKeeper, once it is there, brings targets and registrations.
 */
export class NodeWork {
  readonly engine: Engine
  readonly #options: NodeWorkOptions
  readonly #node: NodeEngine
  readonly #pools: Pools
  readonly #reconciler: Reconciler
  readonly #saver: StateSaver
  #checks: HealthChecks | undefined
  #good: Candidate | undefined
  #target: Candidate | undefined
  /** Whose view was asked for last: the change that is under way brings it, whatever the target is by now. */
  #tried: Candidate | undefined

  constructor(options: NodeWorkOptions) {
    const { engine, host, paths, lettingGo, log, nowMs } = options
    const control = engine.control({ paths, process: host.process, log })
    this.#options = options
    this.engine = engine
    this.#good = options.good
    this.#node = {
      engine,
      control: lettingGoControl(control, lettingGo),
      host: lettingGoHost(host, lettingGo),
      paths,
      generations: new Generations(paths.folder, () => engine.workersGroup?.(paths)),
      journal: new Journal(`${paths.folder}/journal.json`),
      lettingGo,
      scheduler: systemScheduler,
      log,
    }
    this.#pools = new Pools({
      checkedBy: engine.healthChecks,
      stored: options.storedPools,
      served: (service) =>
        this.#reconciler.status.served?.view.services.get(service)?.endpoints ?? [],
      nowMs,
      onEndpoints: () => this.#reconciler.kick(),
      onDecision: () => this.#onDecision(),
    })
    this.#reconciler = new Reconciler({
      node: this.#node,
      desired: {
        target: () => this.#targetVersion(),
        good: () => this.#good?.version,
        view: (version) => this.#view(version),
      },
      checkBounds: options.checkBounds,
      onStatus: () => this.#onStatus(),
      onObservation: (observation) => {
        this.#checks?.observed(observation)
        options.onChange()
      },
      nowMs,
    })
    this.#saver = new StateSaver(options.stateFile, () => this.#state(), log)
  }

  get status(): ReconcilerStatus {
    return this.#reconciler.status
  }

  get pools(): readonly Pool[] {
    return this.#pools.all
  }

  /** Takes over the engine, and works from here on. */
  async start(): Promise<void> {
    await this.#reconciler.start()
    this.#checks =
      this.engine.healthChecks === 'engine'
        ? engineChecks(this.#pools)
        : agentChecks(this.#pools, downIn(this.#reconciler.status.served))
    this.#need()
    this.#reconciler.kick()
  }

  follow(follow: Follow): void {
    this.#pools.follow(follow)
  }

  /** The rollout asks for this. */
  aim(target: Candidate): void {
    this.#target = target
    this.#need()
    this.#reconciler.kick()
  }

  /** ZooKeeper came or went. */
  registryChanged(): void {
    this.#pools.decideAll()
  }

  /** Nothing waits to be done. */
  idle(): Promise<void> {
    return this.#reconciler.idle()
  }

  /** Lets go of the engine, which goes on serving. */
  async close(): Promise<void> {
    await this.#reconciler.close()
    this.#checks?.close()
    await this.#pools.close()
    await this.#saver.close()
    await this.#node.control.close()
  }

  #targetVersion(): ViewVersion | undefined {
    if (this.#target !== undefined) return this.#target.version
    // Until ZooKeeper says otherwise what is served stands; an engine that serves nothing begins
    // with what was good.
    return this.#reconciler.status.served === undefined ? this.#good?.version : undefined
  }

  #view(version: ViewVersion) {
    const candidate = [this.#target, this.#good].find((one) => one?.version === version)
    if (candidate === undefined) return undefined
    const nowMs = this.#options.nowMs()
    if (!candidate.services.every((service) => this.#pools.of(service)?.isReady(nowMs))) {
      return undefined
    }
    this.#tried = candidate
    return candidate.view((service) => this.#pools.of(service)?.endpoints ?? [])
  }

  #need(): void {
    // Where several have a service, the settings of what is served count: a target that is refused must
    // not switch protection off.
    const candidates = [this.#target, this.#tried, this.#good]
    this.#pools.need(candidates.flatMap((candidate) => candidate?.services ?? []))
    this.#checks?.refresh()
  }

  #onDecision(): void {
    this.#checks?.refresh()
    this.#saver.changed()
    this.#options.onChange()
  }

  #onStatus(): void {
    const { served, running } = this.#reconciler.status
    const version = served === undefined ? undefined : versionOf(served.view)
    const brought = [this.#target, this.#tried].find(
      (one) => one !== undefined && one.version === version,
    )
    if (brought !== undefined && brought !== this.#good && running) {
      this.#good = brought
      this.#need()
      void this.#saver.save()
    }
    this.#options.onChange()
  }

  #state() {
    const good = this.#good
    if (good === undefined) return undefined
    const { gateway } = this.#options
    const { revision, resources, secrets, znodeText } = good
    const pools = this.#pools.stored()
    return {
      gateway,
      revision,
      resources,
      secrets,
      ...(znodeText === undefined ? {} : { znodeText }),
      pools,
    }
  }
}

function downIn(served: Served | undefined): ReadonlyMap<string, ReadonlySet<string>> {
  const down = new Map<string, ReadonlySet<string>>()
  for (const { name, endpoints } of served?.view.services.values() ?? []) {
    const ids = endpoints.filter(({ state }) => state === 'down').map(({ id }) => id)
    down.set(name, new Set(ids))
  }
  return down
}
