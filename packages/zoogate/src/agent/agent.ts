import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ownAddress } from '@zoogate/balancer'
import type { ZooKeeper } from '@zoogate/zookeeper'
import type { Logger } from 'pino'
import type { Detection, Engine, EnginePaths } from '../engines/engine.ts'
import type { EngineName } from '../model/view/view.ts'
import { readKeyFile } from '../store/secrets/key-file.ts'
import { Store } from '../store/store.ts'
import type { FolderLock } from '../supervisor/folder-lock.ts'
import { AgentError } from './agent-error.ts'
import { boundsCheck } from './bounds/bounds-check.ts'
import { steadyNowMs } from './clock.ts'
import { claimFolder } from './disk/folder-claim.ts'
import { SealedFile } from './disk/sealed-file.ts'
import { writeStartEngine } from './disk/start-engine.ts'
import type { HostSettings } from './host-config.ts'
import { openNodePaths } from './node-paths.ts'
import { NodeWork } from './node-work.ts'
import { engineHost } from './reconcile/engine-host.ts'
import { lettingGo } from './reconcile/letting-go.ts'
import { ServiceWatch } from './registry/service-watch.ts'
import { type Target, TargetWatch } from './registry/target-watch.ts'
import { buildNodeReport } from './report/node-report-builder.ts'
import { Reporter } from './report/reporter.ts'
import { Candidate } from './state/candidate.ts'
import { decodeNodeState, type NodeState } from './state/node-state.ts'

/** A change that is under way when the agent ends gets so long; then it is left to the next agent. */
const STOP_GRACE_MS = 1_000

/** How often it is looked whether an engine that is missing has been installed. */
const DETECT_INTERVAL_MS = 5_000

export interface AgentOptions {
  /** Not connected yet: the agent does not wait for it. The caller closes it. */
  readonly client: ZooKeeper
  /** Of the client: tells by which address this host is reached. */
  readonly connectString: string
  readonly root: string
  readonly gateway: string
  readonly node: string
  /** The node's own folder. Absolute. */
  readonly folder: string
  readonly settings: HostSettings
  readonly engines: ReadonlyMap<EngineName, Engine>
  readonly log: Logger
  /** Milliseconds since the epoch, from a clock that does not jump. Default: the system's. */
  readonly nowMs?: () => number
}

interface Problem {
  readonly atMs: number
  readonly message: string
}

/**
 * The agent of one node: follows the Gateway's rollout and its services, and makes the engine have
 * what they say. It begins from the disk, before ZooKeeper is there (F2); its end does not touch the
 * engine (F6).
 */
export class Agent {
  readonly #options: AgentOptions
  readonly #nowMs: () => number
  readonly #store: Store
  #lock: FolderLock | undefined
  #paths: EnginePaths | undefined
  #stateFile: SealedFile | undefined
  #state: NodeState | undefined
  #address = '127.0.0.1'
  #asked = 0
  /** What makes the revision that is asked for unusable. */
  #problem: Problem | undefined
  /** The engine is missing, or too old. */
  #engineProblem: Problem | undefined
  #detection: Detection | undefined
  #engine: EngineName | undefined
  #work: NodeWork | undefined
  #beginning: Promise<void> | undefined
  #latest: Candidate | undefined
  #rollout: TargetWatch | undefined
  #reporter: Reporter | undefined
  #unlisten = () => {}
  readonly #stopping = new AbortController()
  readonly #lettingGo = new AbortController()
  /** Rejects when the agent cannot go on. */
  readonly failed: Promise<never>
  #markFailed: (error: Error) => void = () => {}

  constructor(options: AgentOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? steadyNowMs
    this.#store = new Store({ client: options.client, root: options.root })
    this.failed = new Promise((_, reject) => {
      this.#markFailed = reject
    })
    // It is the caller's to wait for it, or not.
    this.failed.catch(() => {})
  }

  /** What the node would report now. */
  get report() {
    return this.#report()
  }

  /**
   * Begins with the engine on what is on the disk, if anything is, and beside it looks for ZooKeeper:
   * neither waits for the other.
   * @throws AgentError `AGENT_FOLDER_TAKEN`, `AGENT_FOLDER_UNSAFE`
   */
  async start(): Promise<void> {
    const { folder, gateway, log, client, connectString } = this.#options
    this.#paths = await openNodePaths(folder)
    this.#lock = claimFolder(folder)
    this.#stateFile = new SealedFile(join(folder, 'state.sealed'))
    this.#state = await this.#readState(this.#stateFile)
    if (this.#state !== undefined) {
      const good = this.#candidate(this.#state)
      if (good !== undefined) this.#begin(good.engine, good)
    }
    this.#unlisten = client.onStateChange((state) => {
      log.info({ state }, 'ZooKeeper')
      this.#work?.registryChanged()
    })
    this.#rollout = new TargetWatch({
      client,
      store: this.#store,
      gateway,
      keys: () => readKeyFile(this.#options.settings.keyFile),
      onTarget: (target) => this.#aim(target),
      onUnusable: (revision, reason) => this.#refuse(revision, reason),
      log,
    })
    this.#startReporter()
    void this.#findAddress(connectString)
    client.connect().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#markFailed(asError(error))
    })
  }

  /** Resolves once the target is served, or is not going to be. */
  async settled(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const { state, target } = this.#report()
      if (target !== 0 && (state === 'ready' || state === 'failed')) return
      await wait(50)
    }
  }

  /**
   * Lets go of everything, within a second or two: what the engine is in the middle of then is in the
   * journal. The engine goes on serving.
   */
  async stop(): Promise<void> {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    const grace = setTimeout(() => this.#lettingGo.abort(lettingGo()), STOP_GRACE_MS)
    this.#unlisten()
    await this.#rollout?.close()
    await this.#beginning
    await this.#work?.close()
    await this.#reporter?.close()
    clearTimeout(grace)
    this.#lock?.release()
  }

  async #readState(file: SealedFile): Promise<NodeState | undefined> {
    const { log, gateway } = this.#options
    const { text, problems } = await file.read()
    for (const problem of problems) log.warn(problem)
    const state = text === undefined ? undefined : decodeNodeState(text)
    if (text !== undefined && state === undefined) {
      log.warn(`${file.path} is of another version: the node begins anew`)
    }
    if (state !== undefined && state.gateway !== gateway) {
      log.warn({ of: state.gateway }, `${file.path} is another Gateway’s: the node begins anew`)
      return undefined
    }
    return state
  }

  /** A name server that is away may take its time to say so, and an engine must not wait for it. */
  async #findAddress(connectString: string): Promise<void> {
    this.#address = await ownAddress(connectString)
    this.#changed()
  }

  #startReporter(): void {
    const { client, gateway, node, folder, log } = this.#options
    this.#reporter = new Reporter({
      client,
      paths: this.#store.paths,
      gateway,
      node,
      owner: `${hostname()}:${folder}`,
      report: () => this.#report(),
      onTaken: (error: AgentError) => {
        // One that has worked for a while goes on serving; one that only begins had better not.
        if (this.#work?.status.served === undefined) this.#markFailed(error)
      },
      log,
    })
  }

  #candidate({ revision, resources, secrets, znodeText }: Target): Candidate | undefined {
    try {
      return new Candidate(this.#options.gateway, revision, resources, secrets, znodeText)
    } catch (error) {
      this.#refuse(revision, asError(error).message)
      return undefined
    }
  }

  #aim(target: Target): void {
    if (this.#stopping.signal.aborted) return
    const { revision } = target
    const candidate = this.#candidate(target)
    if (candidate === undefined) return
    this.#asked = revision
    if (this.#engine !== undefined && this.#engine !== candidate.engine) {
      this.#refuse(revision, otherEngine(candidate.engine, this.#engine, this.#options))
      return
    }
    this.#options.log.info({ revision: candidate.version }, 'the rollout asks for a revision')
    this.#problem = undefined
    this.#latest = candidate
    if (this.#work !== undefined) this.#work.aim(candidate)
    else this.#begin(candidate.engine, undefined)
    this.#changed()
  }

  #refuse(revision: number, message: string): void {
    this.#options.log.error({ revision }, message)
    this.#asked = revision
    this.#problem = { atMs: this.#nowMs(), message }
    this.#changed()
  }

  /** Takes up the engine, once. */
  #begin(name: EngineName, good: Candidate | undefined): void {
    if (this.#beginning !== undefined) return
    const engine = this.#options.engines.get(name)
    if (engine === undefined) {
      this.#refuse(this.#asked, `this version of zoogate has no engine ${name}`)
      return
    }
    this.#engine = name
    this.#beginning = this.#takeUp(engine, good).catch((error: unknown) => {
      if (!this.#lettingGo.signal.aborted) this.#markFailed(asError(error))
    })
  }

  async #takeUp(engine: Engine, good: Candidate | undefined): Promise<void> {
    const { gateway, settings, log } = this.#options
    const paths = this.#paths
    const stateFile = this.#stateFile
    if (paths === undefined || stateFile === undefined) throw new Error('start() comes first')
    if (settings.engine.mode === 'attached' && engine.program(paths).listeners === 'inherit') {
      const message = `engine.mode is attached in this host's agent.yaml, and the ${engine.name} engine needs its supervisor: make it supervised, or run this Gateway on another host`
      throw new AgentError('AGENT_CONFIG_INVALID', message)
    }
    if (settings.engine.mode === 'attached') {
      writeStartEngine(engine, paths, settings.engine.pidFile)
    }
    const host = engineHost(engine, paths, settings.engine)
    if (!(await host.runs())) await this.#untilUsable(engine)
    else this.#detection = await engine.detect()
    if (this.#stopping.signal.aborted) return
    const work = new NodeWork({
      gateway,
      engine,
      host,
      paths,
      stateFile,
      checkBounds: boundsCheck(settings.bounds),
      good,
      storedPools: this.#state?.pools ?? [],
      nowMs: this.#nowMs,
      lettingGo: this.#lettingGo.signal,
      onChange: () => this.#changed(),
      log: log.child({ engine: engine.name }),
    })
    try {
      await work.start()
    } catch (error) {
      await work.close()
      throw error
    }
    this.#work = work
    work.follow((service, onChange) => this.#followService(service, onChange))
    if (this.#latest !== undefined) work.aim(this.#latest)
    this.#changed()
  }

  /** An engine that is missing or too old is said so, and looked for again and again. */
  async #untilUsable(engine: Engine): Promise<void> {
    for (;;) {
      this.#detection = await engine.detect()
      const { problem } = this.#detection
      if (problem !== this.#engineProblem?.message) {
        this.#options.log.warn(problem ?? `${engine.name} is there now`)
        this.#engineProblem =
          problem === undefined ? undefined : { atMs: this.#nowMs(), message: problem }
        this.#changed()
      }
      if (problem === undefined) return
      try {
        await wait(DETECT_INTERVAL_MS, undefined, { signal: this.#stopping.signal })
      } catch {
        return
      }
    }
  }

  #followService(
    { name, source }: Candidate['services'][number],
    onChange: () => void,
  ): ServiceWatch {
    const { client, settings, log } = this.#options
    const { paths } = this.#store
    return new ServiceWatch({
      client,
      discoveryPath: source.type === 'static' ? undefined : (source.path ?? paths.service(name)),
      overridesPath: paths.serviceOverrides(name),
      addresses: settings.addresses,
      onChange,
      log,
    })
  }

  #report() {
    return buildNodeReport({
      engine: this.#engine ?? 'unknown',
      engineVersion: this.#detection?.version,
      host: hostname(),
      address: this.#address,
      target: this.#asked,
      version: this.#latest?.version,
      status: this.#work?.status,
      problem: this.#engineProblem ?? this.#problem,
      pools: this.#work?.pools ?? [],
    })
  }

  #changed(): void {
    this.#reporter?.changed()
  }
}

/** Both engines want the same ports, so one cannot be tried before the other has stopped. */
function otherEngine(
  wanted: EngineName,
  runs: EngineName,
  { folder, settings }: AgentOptions,
): string {
  const stop =
    settings.engine.mode === 'attached'
      ? 'its service'
      : `its supervisor (the process in ${folder}/supervisor.lock, by SIGTERM)`
  return `spec.engine is ${wanted} now, and this node runs ${runs}: end the agent and ${stop}, remove ${folder} and start the agent again, or use a Gateway of another name`
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
