import type { Logger } from 'pino'
import type { FeatureName } from '../model/features/index.ts'
import type { Endpoint, EngineName, Secret, ServicePool, View } from '../model/view/view.ts'

/**
 * Why an engine does not carry a feature, for the one who wrote it: what it cannot do, and what to do
 * instead. A feature that an engine neither carries nor says this of is refused in general words.
 */
export type FeatureReasons = Partial<Record<FeatureName, string>>

/**
 * The engine contract. An engine is a folder below `engines/`: `index.ts` (an {@link Engine}), and a file for
 * each thing that the contract asks (`detect.ts`, `refusals.ts`, `render.ts`, `validate.ts`, `program.ts`,
 * `control.ts`, `native.ts`), with the parts of each in a folder of its name. The agent drives every engine
 * through this alone; nothing outside the folder knows an engine's language.
 */
export interface Engine {
  readonly name: EngineName

  /**
   * Who runs active health checks: the engine, or the agent for it. Where it is the agent, failing
   * endpoints come in the view as `down`.
   */
  readonly healthChecks: 'engine' | 'agent'

  /** What of the model it carries: for `zoogate explain`, the docs' table and the conformance suite. */
  readonly features: ReadonlySet<FeatureName>

  /** Why it does not carry the others, where there is more to say than that. */
  readonly reasons: FeatureReasons

  /** Those of {@link features} that a host has only with a package beside the engine's own. */
  readonly extra?: { readonly package: string; readonly features: ReadonlySet<FeatureName> }

  /** What of the view this engine cannot carry, by field. Pure; asked before anything is applied. */
  refusals(view: View): readonly EngineRefusal[]

  /** Looks on this host: is the engine there, is it new enough, and if not, what brings it? */
  detect(): Promise<Detection>

  /** Pure: the same input gives the same bytes. Every value goes through the engine's own quoting. */
  render(view: View, context: RenderContext): RenderedFiles

  /**
   * Of {@link render}, the files that hold one service's endpoints and nothing else: after a live change
   * they alone are written. Absent: the whole is rendered. Pure. A service that the view lacks has none.
   */
  renderService?(view: View, service: string, context: RenderContext): RenderedFiles

  /**
   * Pure. What changes live, and what needs a reload, from one view to the next, in words that a
   * dry run can print. `from` undefined: a first start.
   */
  plan(from: View | undefined, to: View): Plan

  /**
   * How the supervisor starts the engine on the current generation. Depends on nothing but the paths
   * and, for the user that workers run as, on the host's accounts and permissions.
   */
  program(paths: EnginePaths): EngineProgram

  /**
   * The group id of its workers, where they are not who starts it: what lies below
   * {@link WORKERS_FOLDER} is made readable to it. Absent, or undefined: they are the same user.
   */
  workersGroup?(paths: EnginePaths): number | undefined

  /**
   * The engine's own checker on a generation as it will lie. Resolves when it passes.
   * @throws EngineError code `ENGINE_INVALID` with the checker's words
   */
  validate(generationFolder: string, paths: EnginePaths): Promise<void>

  /**
   * Where a generation of a native configuration listens, in the engine's own reading of it, which
   * knows what it includes: beside the view's listeners, these are bound on trial and held against
   * what the host allows. Asked once {@link validate} passed. Unix sockets, UDP, and what cannot be known
   * before it is bound are left out. Absent: nowhere.
   * @throws EngineError `ENGINE_INVALID` where the engine does not tell
   */
  listens?(generationFolder: string, paths: EnginePaths): Promise<readonly ListenPlace[]>

  /** The hands on one running engine. Opens nothing until it is used. */
  control(context: EngineContext): EngineControl
}

/** A TCP address that an engine takes connections on. */
export interface ListenPlace {
  /** An IP address; `*`: all. */
  readonly address: string
  readonly port: number
}

export interface EngineControl {
  /**
   * What a reload needs some time for and no generation: nginx waits until its clients had one more
   * response. Where it is there, the agent calls it before it renders the generation to reload, so
   * that changes which come during the wait are in it; the reload that follows does not wait again.
   * Without a reload within 3 s its effect ends by itself.
   */
  prepareReload?(): Promise<void>

  /**
   * Makes the running engine read the current generation (the `current` link points at it already),
   * without dropping a request. Resolves when the engine was seen to serve `generation`.
   * @throws EngineError `ENGINE_RELOAD_FAILED` with the engine's words; the former state still serves
   */
  reload(generation: string): Promise<void>

  /**
   * Makes the running engine's endpoints of these services equal to what is given, without a reload,
   * whatever it had before: it reads, compares, changes. Only called where {@link Plan.live} said so.
   * @throws EngineError `ENGINE_LIVE_FAILED`: the agent falls back to a reload
   */
  applyEndpoints(services: readonly ServicePool[]): Promise<void>

  /**
   * Makes the running engine use the bytes of these secrets in place of those that it has by the same
   * names, without a reload: connections that are there keep theirs. Only called where
   * {@link Plan.secrets} named them; the generation's files follow, as with endpoints. Absent: none
   * ever changes live.
   * @throws EngineError `ENGINE_LIVE_FAILED`: the agent falls back to a reload. Its words never hold bytes of a secret
   */
  applyCertificates?(secrets: readonly Secret[]): Promise<void>

  /** What the engine really has now. Truth is read from the engine, never assumed. */
  observe(): Promise<Observation>

  close(): Promise<void>
}

export interface EngineRefusal {
  /** `HTTPRoute/shop` */
  readonly resource: string
  /** `spec.rules[0].matches[1].method` where known, else the field's path in the view. */
  readonly field: string
  readonly message: string
}

export interface Detection {
  readonly installed: boolean
  readonly version?: string
  /** Absent: usable. Else what is wrong and what to do: `nginx is not installed: apt-get install nginx`. */
  readonly problem?: string
}

/** Where things lie on a node. All absolute; made by the agent. */
export interface EnginePaths {
  /** The node's own folder: state, journal, generations. */
  readonly folder: string
  /** The link to the generation that the engine serves: `<folder>/current`. */
  readonly current: string
  /** Engine and supervisor logs. */
  readonly logs: string
  /**
   * Sockets and flag files: a short path (a unix socket's may have 107 bytes) that the engine's
   * worker user can enter; but for {@link PRIVATE_FOLDER} below it, which only who starts it can.
   */
  readonly run: string
}

export interface RenderContext {
  readonly paths: EnginePaths
  /** The generation's id, which the running engine must be able to tell. `[0-9]+` */
  readonly generation: string
}

/**
 * File name, relative to the generation folder, to its text. What lies below {@link PRIVATE_FOLDER}, or
 * has {@link PRIVATE_MARK} in its name, is readable by the user alone that the engine is started as, as private keys have to be; what lies
 * below {@link WORKERS_FOLDER} by its workers too, as password hashes have to be that are read at each
 * request; the rest by everybody.
 */
export type RenderedFiles = ReadonlyMap<string, string>

export interface Plan {
  /** One line for each change that the running engine takes without a reload. */
  readonly live: readonly string[]
  /** Why a reload is needed; empty: it is not. */
  readonly reload: readonly string[]
  /** Services whose endpoints differ. */
  readonly services: readonly string[]
  /** Secrets whose bytes differ, where the engine takes that live. Absent: none. */
  readonly secrets?: readonly string[]
}

/** Of a generation, and of `run`: for the user that the engine is started as, who may let go of root afterwards. */
export const PRIVATE_FOLDER = 'private'
/** In a file's name: the same, where the engine wants the file in a certain folder. */
export const PRIVATE_MARK = '.private.'
/** Of a generation: for the engine's workers too, and nobody else. */
export const WORKERS_FOLDER = 'workers'

/** What the supervisor needs to run an engine. Plain data: it lies as JSON beside the engine. */
export interface EngineProgram {
  readonly command: string
  readonly args: readonly string[]
  /** Signal that stops it, letting requests finish. */
  readonly stopSignal: NodeJS.Signals
  /** What its workers end at where their parent died alone. Default: {@link stopSignal}. */
  readonly orphansSignal?: NodeJS.Signals
  readonly stopTimeoutMs: number
  /**
   * `inherit`: the supervisor binds the listeners of `<current>/listeners.json` and passes them on,
   * and speaks with the program over its IPC channel. `own`: the engine binds for itself.
   */
  readonly listeners: 'own' | 'inherit'
}

/** The engine's process, whoever runs it: our supervisor, or the host's service manager. */
export interface EngineProcess {
  readonly mode: 'supervised' | 'attached'
  status(): Promise<EngineProcessStatus>
  /** Sends a signal to the engine's main process. */
  signal(signal: NodeJS.Signals): Promise<void>
  /** A request over the program's IPC channel (`listeners: 'inherit'` only), answered by it. */
  call(method: string, params: unknown): Promise<unknown>
}

export interface EngineProcessStatus {
  readonly running: boolean
  readonly pid?: number
  /** Changes whenever the engine's main process is another one. */
  readonly startId?: string
  readonly restarts: number
  readonly lastExit?: string
}

export interface EngineContext {
  readonly paths: EnginePaths
  readonly process: EngineProcess
  readonly log: Logger
}

export interface ObservedEndpoint extends Endpoint {
  /** By the engine's own check; `unknown` where it has none. */
  readonly health: 'passing' | 'failing' | 'unknown'
}

export interface Observation {
  /** The generation that it serves. */
  readonly generation: string
  /** By service. Endpoints that wait to be deleted, taking no traffic, are left out. */
  readonly services: ReadonlyMap<string, readonly ObservedEndpoint[]>
}

export type EngineErrorCode =
  | 'ENGINE_INVALID'
  | 'ENGINE_RELOAD_FAILED'
  | 'ENGINE_LIVE_FAILED'
  | 'ENGINE_UNREACHABLE'

export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
