import { setTimeout as wait } from 'node:timers/promises'
import type { ServicePool } from '../../model/view/view.ts'
import { type EngineContext, type EngineControl, EngineError, type Observation } from '../engine.ts'
import { DRAIN_TIMES } from '../shared/drain-window.ts'
import { LogTail } from '../shared/log-tail.ts'
import { ReloadDrain, type ReloadDrainTimes } from '../shared/reload-drain.ts'
import type { BalancerTable } from './control/balancer-table.ts'
import { complaints } from './control/complaints.ts'
import { type AskControl, controlClient } from './control/control-client.ts'
import { CurrentManifest } from './control/current-manifest.ts'
import { startsIn } from './control/forms.ts'
import { type GrowingPool, GrowingPools } from './control/growing-pools.ts'
import { KnownBalancers } from './control/known-balancers.ts'
import { applyMembers, readTable } from './control/live.ts'
import { copyRuntimeFiles, writeRuntimeFile } from './control/runtime-files.ts'
import { type Shall, ShallHave } from './control/shall-have.ts'
import { observation } from './control/stats.ts'
import { bucketsText } from './render/buckets.ts'
import { bucketsFile, type HttpdFiles, httpdFiles } from './render/files.ts'
import { CONTROL_HOST } from './render/listener.ts'
import type { Manifest } from './render/manifest.ts'
import { membersOf } from './render/member.ts'
import { isPicked } from './render/picks.ts'
import { isKeptByAddress, routesFile, routesText } from './render/source-sessions.ts'

/**
 * The times of a reload, around SIGUSR1. Before it, clients leave the old workers (`drain-window.ts`):
 * a worker that is told to end closes its idle connections at once. After it, the flag stays up for a
 * moment yet, for old workers that have not been told.
 */
interface ReloadTimes extends ReloadDrainTimes {
  readonly afterMs: number
  /** A configuration of 10,000 members takes some 4 s. */
  readonly timeoutMs: number
}

const RELOAD_TIMES: ReloadTimes = {
  // httpd does not tell how many connections it has: what mod_status says of kept ones is of some time
  // ago. So clients have this for one more request, whoever they are.
  drain: { ...DRAIN_TIMES, patienceMs: 1_000, maxMs: 1_000, clockMaxMs: 4_000 },
  afterMs: 300,
  timeoutMs: 20_000,
  pollMs: 10,
  preparedMaxMs: 6_000,
}

/** @param nowMs of the host's clock: since when a share grows outlives the agent */
export function control(
  context: EngineContext,
  times = RELOAD_TIMES,
  nowMs: () => number = Date.now,
): EngineControl {
  return new HttpdControl(context, times, nowMs)
}

/** Of what no manifest names. */
const NOBODY: Shall = { endpoints: [], members: [] }

class HttpdControl implements EngineControl {
  readonly #context: EngineContext
  readonly #times: ReloadTimes
  readonly #files: HttpdFiles
  readonly #drain: ReloadDrain
  readonly #ask: AskControl
  readonly #known = new KnownBalancers()
  readonly #manifest: CurrentManifest
  readonly #shall: ShallHave
  readonly #growing: GrowingPools
  /** Changes of httpd come one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(context: EngineContext, times: ReloadTimes, nowMs: () => number) {
    this.#context = context
    this.#times = times
    this.#files = httpdFiles(context.paths)
    this.#ask = controlClient(this.#files.secretFile)
    this.#manifest = new CurrentManifest(context.paths.current)
    this.#shall = new ShallHave(context.paths.current)
    const drained = {
      engine: 'httpd',
      flagFile: this.#files.drainFlag,
      log: context.log,
      connectionCounts: () => Promise.resolve(undefined),
    }
    this.#drain = new ReloadDrain(drained, times)
    this.#growing = new GrowingPools({
      step: (pools) => this.#inTurn(async () => this.#bring(await this.#manifest.read(), pools)),
      nowMs,
      log: context.log,
    })
  }

  prepareReload(): Promise<void> {
    return this.#drain.prepare()
  }

  reload(generation: string): Promise<void> {
    return this.#inTurn(() => this.#reload(generation))
  }

  async #reload(generation: string): Promise<void> {
    await this.#drain.clearOnce()
    const { process, paths } = this.#context
    const { running, startId, lastExit } = await process.status()
    if (!running) {
      await this.#drain.close()
      throw new EngineError('ENGINE_RELOAD_FAILED', `httpd is not running (${lastExit ?? 'yet'})`)
    }
    await this.#drain.around(async () => {
      const log = await LogTail.start(this.#files.errorLog)
      await copyRuntimeFiles(paths)
      this.#shall.forget()
      this.#known.forget()
      await process.signal('SIGUSR1')
      await this.#untilServed(generation, startId, log)
      await this.#growOn()
      await wait(this.#times.afterMs)
    })
  }

  applyEndpoints(services: readonly ServicePool[]): Promise<void> {
    return this.#inTurn(async () => {
      const manifest = await this.#manifest.read()
      await this.#learnBefore(manifest, services)
      for (const pool of services) this.#growing.give(pool)
      await this.#bring(manifest, services)
      for (const { name, endpoints } of services) this.#shall.give(manifest, name, endpoints)
    })
  }

  async observe(): Promise<Observation> {
    await this.#drain.clearOnce()
    const manifest = await this.#manifest.read()
    const generation = await this.#servedGeneration(manifest)
    if (generation !== manifest.generation) return { generation, services: new Map() }
    const context = { ask: this.#ask, manifest }
    const tables = await Promise.all(manifest.hosts.map((host) => readTable(context, host)))
    const names = manifest.services.map(({ name }) => name)
    const [table] = tables
    if (table !== undefined) await this.#learn(manifest, table, names)
    const shall = new Map<string, Shall>()
    for (const name of names) shall.set(name, await this.#shall.of(manifest, name))
    return observation(manifest, tables, (service) => shall.get(service) ?? NOBODY)
  }

  close(): Promise<void> {
    this.#growing.close()
    return this.#drain.close()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => {})
    return done
  }

  /** Gives httpd the members of these pools, with their shares as they are now. */
  async #bring(manifest: Manifest, pools: readonly GrowingPool[]): Promise<void> {
    const now = pools.map((pool) => ({ pool, growth: this.#growing.growthOf(pool.name) }))
    const members = now.map(({ pool, growth }) => [pool.name, membersOf(pool, growth)] as const)
    const context = { ask: this.#ask, manifest, known: this.#known }
    await applyMembers(context, new Map(members))
    for (const { pool, growth } of now) {
      if (!isPicked(pool)) continue
      const text = bucketsText(pool, growth)
      await writeRuntimeFile(this.#context.paths, bucketsFile(pool.name), text)
      if (!isKeptByAddress(pool)) continue
      await writeRuntimeFile(this.#context.paths, routesFile(pool.name), routesText(pool))
    }
  }

  /** Of those that are about to change: a look at everything may not have been taken yet. */
  async #learnBefore(manifest: Manifest, services: readonly ServicePool[]): Promise<void> {
    const unknown = services
      .filter(({ name, slowStartMs }) => slowStartMs !== undefined && !this.#growing.knows(name))
      .map(({ name }) => name)
    const [host] = manifest.hosts
    if (unknown.length === 0 || host === undefined) return
    const balancers = manifest.services
      .filter(({ name }) => unknown.includes(name))
      .flatMap((service) => service.balancers.slice(0, 1))
      .map(({ name }) => name)
    const table = await readTable({ ask: this.#ask, manifest }, host, balancers)
    await this.#learn(manifest, table, unknown)
  }

  /** What a former agent let grow goes on from where it is. */
  async #learn(manifest: Manifest, table: BalancerTable, of: readonly string[]): Promise<void> {
    for (const { name, balancers, growing } of manifest.services) {
      const [balancer] = balancers
      if (growing === undefined || balancer === undefined || this.#growing.knows(name)) continue
      if (!of.includes(name)) continue
      const { endpoints } = await this.#shall.of(manifest, name)
      this.#growing.adopt({ name, endpoints, ...growing }, startsIn(table.get(balancer.name) ?? []))
    }
  }

  /** A reload brings whole shares, until this has followed: also those of who came by it. */
  async #growOn(): Promise<void> {
    const manifest = await this.#manifest.read()
    const slow = manifest.services.filter(({ growing }) => growing !== undefined)
    this.#growing.keepOnly(slow.map(({ name }) => name))
    for (const { name, growing } of slow) {
      this.#growing.give({
        name,
        endpoints: (await this.#shall.of(manifest, name)).endpoints,
        algorithm: 'roundRobin',
        ...growing,
      })
    }
    const pools = this.#growing.unsettled
    if (pools.length === 0) return
    await this.#bring(manifest, pools).catch((error: unknown) => {
      this.#context.log.warn({ err: error }, 'slow starts go on with their next step')
    })
  }

  async #servedGeneration(manifest: Manifest): Promise<string> {
    const asked = { to: manifest, host: CONTROL_HOST, path: '/?auto' }
    return (await this.#ask(asked)).generation
  }

  /**
   * httpd says nothing of a reload but by what it serves; and where it cannot, it ends. That is seen at
   * once, so that the former generation is put back before its supervisor has started it again.
   */
  async #untilServed(generation: string, startId: string | undefined, log: LogTail): Promise<void> {
    const { process } = this.#context
    const manifest = await this.#manifest.read()
    const end = performance.now() + this.#times.timeoutMs
    while (performance.now() < end) {
      const served = await this.#servedGeneration(manifest).catch(() => undefined)
      if (served === generation) return
      const status = await process.status()
      if (!status.running || status.startId !== startId) {
        const words = complaints(await log.read()).join('\n') || (status.lastExit ?? '')
        throw new EngineError('ENGINE_RELOAD_FAILED', `httpd ended at its reload: ${words}`)
      }
      await wait(this.#times.pollMs)
    }
    throw new EngineError(
      'ENGINE_RELOAD_FAILED',
      `httpd does not serve generation ${generation} ${this.#times.timeoutMs} ms after SIGUSR1`,
    )
  }
}
