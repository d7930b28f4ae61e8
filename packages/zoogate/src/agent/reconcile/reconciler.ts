import { Backoff } from '@zoogate/balancer'
import type { Observation } from '../../engines/engine.ts'
import { EngineError, type Plan } from '../../engines/engine.ts'
import type { View } from '../../model/view/view.ts'
import { AgentError } from '../agent-error.ts'
import type { BoundsCheck } from '../bounds/bounds-check.ts'
import { adopt } from './adoption.ts'
import { EndpointFiles } from './endpoint-files.ts'
import { EngineWatch, type Trouble } from './engine-watch.ts'
import { changeGeneration } from './generation-change.ts'
import type { NodeEngine, Served } from './node-engine.ts'
import { pause } from './pause.ts'
import { withUnknownSecrets } from './view-file.ts'
import { revisionOf, type ViewVersion, versionOf } from './view-version.ts'

/** From the beginning of one reload to that of the next (F10): bounds what reloads leave behind. */
const RELOAD_INTERVAL_MS = 500

/** How often the engine is asked what it really has (F11), unless its table is so large that the look itself takes time. */
const INSPECT_INTERVAL_MS = 1_000
/** Looks take at most so much of the agent's time. */
const INSPECT_SHARE = 0.05

const RETRY = { minMs: 1_000, maxMs: 60_000, random: Math.random } as const

/** What the engine's checker, or the host's bounds, refused may be another: a full disk, a missing file, a link. */
const REFUSED_RETRY_MS = 60_000

/** What the engine shall have. Asked whenever it is needed, so that the newest counts. */
interface Desired {
  /** What the node shall serve; undefined: nothing is known. */
  target(): ViewVersion | undefined
  /** What was last known to be good, for when the target is refused. */
  good(): ViewVersion | undefined
  /** A version's structure with the effective endpoints of this moment. */
  view(version: ViewVersion): View | undefined
}

export interface Failure {
  readonly atMs: number
  readonly version: ViewVersion
  readonly revision: number
  readonly message: string
}

export interface ReconcilerStatus {
  readonly served: Served | undefined
  readonly running: boolean
  /** A change is under way. */
  readonly busy: boolean
  /** Why the target is not served, or the last change of endpoints did not get through. */
  readonly failure: Failure | undefined
  readonly observation: Observation | undefined
  /** Why the engine cannot be told to serve: it does not run, or does not answer. */
  readonly trouble: Trouble | undefined
}

export interface ReconcilerOptions {
  readonly node: NodeEngine
  readonly desired: Desired
  /** Refuses what the host does not allow. Absent: it allows everything. */
  readonly checkBounds?: BoundsCheck
  /** After every transition of the status. Must not throw. */
  readonly onStatus: () => void
  /** After each look at the engine. Must not throw. */
  readonly onObservation: (observation: Observation) => void
  /** Milliseconds since the epoch, from a clock that does not jump. */
  readonly nowMs: () => number
}

/**
 * Makes the engine have what is desired. Level-triggered: it is told only that something changed,
 * and looks at all of it. One change is in flight at a time, the first one goes at once, and what
 * comes meanwhile is taken together in the next.
 *
 * A target that the engine cannot carry is not tried again until another is asked for, one that its
 * checker refuses is tried once a minute; the former goes on serving, with its endpoints kept up to
 * date. Other failures are tried again, later and later.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #files: EndpointFiles
  readonly #watch: EngineWatch
  readonly #backOff = new Backoff(RETRY)
  #served: Served | undefined
  /** Secrets were changed live, and until the last look the files may have told of those before. */
  #secretsUnsure = false
  #running = false
  #busy = false
  #failure: Failure | undefined
  /** A version that failed is not tried again before; Infinity: it was refused. */
  readonly #notBefore = new Map<ViewVersion, number>()
  /** Endpoints alone could not be changed: not tried again before. */
  #endpointsNotBeforeMs = 0
  #lastReloadMs = -Infinity
  #pending = false
  #looping: Promise<void> | undefined
  #inspectDue = false
  #cancelRetry = () => {}
  #cancelInspect = () => {}
  #closed = false

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#files = new EndpointFiles(options.node)
    this.#watch = new EngineWatch(options.node, options.nowMs)
  }

  get status(): ReconcilerStatus {
    return {
      served: this.#served,
      running: this.#running,
      busy: this.#busy,
      failure: this.#failure,
      observation: this.#watch.last,
      trouble: this.#watch.trouble,
    }
  }

  /** Takes over what is there, and starts the engine on it. The work begins with the first kick. */
  async start(): Promise<void> {
    const { served, running } = await adopt(this.#options.node)
    this.#served = served
    this.#running = running
    this.#inspectDue = true
    this.#inspectIn(INSPECT_INTERVAL_MS)
    this.#options.onStatus()
  }

  #inspectIn(ms: number): void {
    if (this.#closed) return
    this.#cancelInspect()
    this.#cancelInspect = this.#options.node.scheduler.after(ms, () => {
      this.#inspectDue = true
      // Also where a look that hangs is longer than the time between two.
      this.#inspectIn(INSPECT_INTERVAL_MS)
      this.kick()
    })
  }

  /** Something changed. */
  kick(): void {
    this.#pending = true
    if (this.#closed || this.#looping !== undefined) return
    this.#looping = this.#loop().finally(() => {
      this.#looping = undefined
      if (this.#pending) this.kick()
    })
  }

  /** Nothing is under way and nothing waits. */
  async idle(): Promise<void> {
    while (this.#looping !== undefined) await this.#looping
  }

  /** Finishes the change that is under way, unless it is let go of. The engine goes on serving. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancelInspect()
    this.#cancelRetry()
    await this.idle()
    await this.#files.close()
  }

  async #loop(): Promise<void> {
    while (this.#pending && !this.#closed) {
      this.#pending = false
      try {
        if (this.#inspectDue) await this.#inspect()
        await this.#toTarget()
        await this.#toEndpoints()
      } catch (error) {
        if (this.#options.node.lettingGo.aborted) return
        // Whatever it was, the next look begins from what is there.
        this.#fail(this.#options.desired.target() ?? '0', error, this.#backOff.nextMs())
      }
    }
  }

  /** Looks at what is really there; whatever differs is worked on in the same round. */
  async #inspect(): Promise<void> {
    this.#inspectDue = false
    const { node, onStatus, onObservation } = this.#options
    const before = this.#watch.trouble
    const startedMs = node.scheduler.nowMs()
    const filesBehind = this.#files.areBehind
    const seen = await this.#watch.look(this.#served)
    const tookMs = node.scheduler.nowMs() - startedMs
    if (seen.observation !== undefined) {
      this.#inspectIn(Math.max(INSPECT_INTERVAL_MS, tookMs / INSPECT_SHARE))
    }
    if (this.#watch.trouble !== before) onStatus()
    if (seen.running !== this.#running) {
      this.#running = seen.running
      const { running, lastExit } = seen
      node.log.info({ running, lastExit }, running ? 'the engine runs' : 'the engine does not run')
      onStatus()
    }
    // Engines tell their endpoints, and not the certificates that they show: those are given once more.
    const doubtful = seen.restarted && this.#secretsUnsure
    this.#secretsUnsure &&= filesBehind
    if (seen.observation !== undefined) onObservation(seen.observation)
    if (seen.really === undefined && !doubtful) return
    // From here on the plan begins with what the engine has.
    const served = seen.really === 'unknown' ? undefined : (seen.really ?? this.#served)
    this.#served = doubtful ? served && withUnknownSecrets(served) : served
    this.#options.onStatus()
  }

  async #toTarget(): Promise<void> {
    const target = this.#options.desired.target()
    if (target === undefined) return
    if (target !== this.#servedVersion) await this.#tryVersion(target)
    else if (this.#failure !== undefined && this.#failure.version !== target) this.#succeed()
    if (this.#served !== undefined) return
    // Better the former one than nothing.
    const good = this.#options.desired.good()
    if (good !== undefined && good !== target) await this.#tryVersion(good)
  }

  get #servedVersion(): ViewVersion | undefined {
    return this.#served === undefined ? undefined : versionOf(this.#served.view)
  }

  async #tryVersion(version: ViewVersion): Promise<void> {
    const { desired, node, nowMs } = this.#options
    if (nowMs() < (this.#notBefore.get(version) ?? 0)) return
    const view = desired.view(version)
    if (view === undefined) return
    try {
      await this.#apply(view)
      this.#notBefore.delete(version)
      if (version !== desired.target()) return
      this.#notBefore.clear()
      this.#succeed()
    } catch (error) {
      node.lettingGo.throwIfAborted()
      const delayMs = retryInMs(error) ?? this.#backOff.nextMs()
      // A refused target is asked for again only after another one.
      for (const known of this.#notBefore.keys()) {
        if (known !== desired.target() && known !== desired.good()) this.#notBefore.delete(known)
      }
      this.#notBefore.set(version, nowMs() + delayMs)
      this.#fail(version, error, delayMs)
    }
  }

  /** Keeps the endpoints of what is served up to date, be it the target or what goes on in its stead. */
  async #toEndpoints(): Promise<void> {
    const { desired, node, nowMs } = this.#options
    const served = this.#served
    if (served === undefined || nowMs() < this.#endpointsNotBeforeMs) return
    const version = versionOf(served.view)
    const view = desired.view(version)
    if (view === undefined) return
    const plan = node.engine.plan(served.view, view)
    if (plan.services.length === 0 && plan.live.length === 0 && plan.reload.length === 0) return
    try {
      await this.#apply(view)
      this.#endpointsNotBeforeMs = 0
      if (this.#failure?.version === version) this.#succeed()
    } catch (error) {
      node.lettingGo.throwIfAborted()
      const delayMs = this.#backOff.nextMs()
      this.#endpointsNotBeforeMs = nowMs() + delayMs
      this.#fail(version, error, delayMs)
    }
  }

  /** @throws EngineError, AgentError: what was served before serves on */
  async #apply(view: View): Promise<void> {
    const { engine, log } = this.#options.node
    const { revision } = view
    const served = this.#served
    const refusals = engine.refusals(view)
    if (refusals.length > 0) {
      const words = refusals.map(
        ({ resource, field, message }) => `${resource} ${field}: ${message}`,
      )
      throw new AgentError('AGENT_REFUSED', words.join('; '))
    }
    await this.#options.checkBounds?.(view)
    const plan = engine.plan(served?.view, view)
    if (served !== undefined && this.#running && plan.reload.length === 0) {
      const done = await this.#applyLive(served, view, plan)
      if (done) {
        log.info({ revision, live: plan.live }, 'changed live')
        return
      }
    }
    await this.#applyByReload(versionOf(view), plan.reload)
  }

  /** False: the engine did not take it, and a reload is due. */
  async #applyLive(served: Served, view: View, { services, secrets }: Plan): Promise<boolean> {
    const { control, lettingGo, log } = this.#options.node
    const pools = services.flatMap((name) => view.services.get(name) ?? [])
    const bytes = view.secrets?.filter(({ name }) => secrets?.includes(name)) ?? []
    if (bytes.length > 0 && control.applyCertificates === undefined) return false
    try {
      if (bytes.length > 0) {
        this.#secretsUnsure = true
        await control.applyCertificates?.(bytes)
      }
      if (pools.length > 0) {
        await control.applyEndpoints(pools)
        this.#watch.didAnswer()
      }
    } catch (error) {
      lettingGo.throwIfAborted()
      if (!(error instanceof EngineError)) throw error
      log.warn(
        { err: error, services, secrets },
        'the engine did not take a live change: it is reloaded',
      )
      return false
    }
    const structureMoved = versionOf(served.view) !== versionOf(view)
    this.#served = { generation: served.generation, view }
    const onlyEndpoints = !structureMoved && view.secrets === served.view.secrets
    this.#files.wants(this.#served, onlyEndpoints ? services : undefined)
    if (structureMoved) this.#options.onStatus()
    return true
  }

  async #applyByReload(version: ViewVersion, reasons: readonly string[]): Promise<void> {
    const { node, desired, nowMs, onStatus } = this.#options
    this.#busy = true
    onStatus()
    try {
      const dueMs = this.#lastReloadMs + RELOAD_INTERVAL_MS
      if (dueMs > nowMs()) await pause(node.scheduler, dueMs - nowMs())
      await this.#files.settle()
      const { running } = await node.host.process.status()
      if (running) await node.control.prepareReload?.()
      // What came during the wait is in it.
      const view = desired.view(version)
      if (view === undefined) return
      this.#lastReloadMs = nowMs()
      const { checkBounds } = this.#options
      const change = { view, served: this.#served, running, nowMs, checkBounds }
      const { times, ...holding } = await changeGeneration(node, change)
      this.#served = holding.served
      this.#running = holding.running
      if (holding.running) this.#watch.didAnswer()
      const tookMs = Math.round(nowMs() - this.#lastReloadMs)
      const generation = holding.served?.generation
      const done = running ? 'reloaded' : holding.running ? 'started' : 'ready to be started'
      node.log.info({ revision: version, generation, reasons, tookMs, ...times }, done)
    } finally {
      this.#busy = false
      onStatus()
    }
  }

  #succeed(): void {
    this.#backOff.reset()
    this.#failure = undefined
    this.#options.onStatus()
  }

  #fail(version: ViewVersion, error: unknown, retryInMs: number): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#options.node.log.error(
      { err: error, revision: version },
      'a change failed; the former serves on',
    )
    const revision = revisionOf(version)
    this.#failure = { atMs: this.#options.nowMs(), version, revision, message }
    // The engine may not be what it was.
    this.#inspectDue = true
    if (retryInMs !== Infinity) this.#retryIn(retryInMs)
    this.#options.onStatus()
  }

  #retryIn(ms: number): void {
    this.#cancelRetry()
    if (this.#closed) return
    this.#cancelRetry = this.#options.node.scheduler.after(ms, () => this.kick())
  }
}

/** Where the same again most likely fails again. Infinity: for certain. */
function retryInMs(error: unknown): number | undefined {
  if (error instanceof AgentError && error.code === 'AGENT_REFUSED') return Infinity
  if (error instanceof AgentError && error.code === 'AGENT_FORBIDDEN') return REFUSED_RETRY_MS
  if (error instanceof EngineError && error.code === 'ENGINE_INVALID') return REFUSED_RETRY_MS
  return undefined
}
