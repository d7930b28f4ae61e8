import { realpathSync } from 'node:fs'
import type { EnginePaths, EngineProcessStatus, EngineProgram } from '../engines/engine.ts'
import type { BoundedLog } from './bounded-log.ts'
import type { EngineChannel } from './engine-channel.ts'
import { adoptEngine, type EngineInstance, startEngine } from './engine-instance.ts'
import { ListeningSockets } from './listening-sockets.ts'
import {
  isRunning,
  type ProcessIdentity,
  signalGroup,
  signalProcess,
  startIdOf,
} from './process-identity.ts'
import { restartDelayMs, STEADY_AFTER_MS } from './restart-backoff.ts'
import { messageOf, SupervisorError } from './supervisor-error.ts'
import { readListenersFile, removeEngineRecord, writeEngineRecord } from './supervisor-files.ts'

/** An engine answers within so much, a reload included. */
const CALL_TIMEOUT_MS = 30_000
/** Sockets are handed over by an engine that may be busy serving. */
const HAND_OVER_TIMEOUT_MS = 5_000
/** An engine may say at length why it does not start; the log has the rest. */
const EXIT_CHARACTERS_MAX = 2_000

export interface EngineRunnerOptions {
  readonly paths: EnginePaths
  readonly program: EngineProgram
  /** Where the engine's own output goes. */
  readonly engineLog: BoundedLog
  readonly log: (line: string) => void
  /** How a supervisor of this folder is started. */
  readonly supervisorCommand: readonly string[]
}

/** Keeps one engine running: starts it, starts it again, holds its sockets, stops it. */
export class EngineRunner {
  readonly #options: EngineRunnerOptions
  readonly #sockets = new ListeningSockets()
  #program: EngineProgram
  #wanted: 'running' | 'stopped' = 'stopped'
  #instance: EngineInstance | undefined
  #startedAtMs = 0
  #restarts = 0
  #failures = 0
  #lastExit: string | undefined
  #restartTimer: NodeJS.Timeout | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: EngineRunnerOptions) {
    this.#options = options
    this.#program = options.program
  }

  get program(): EngineProgram {
    return this.#program
  }

  /** Holds from the next start on. */
  set program(program: EngineProgram) {
    this.#program = program
  }

  status(): EngineProcessStatus {
    const identity = this.#instance?.identity
    return {
      running: identity !== undefined,
      ...(identity === undefined ? {} : { pid: identity.pid, startId: startIdOf(identity) }),
      restarts: this.#restarts,
      ...(this.#lastExit === undefined ? {} : { lastExit: this.#lastExit }),
    }
  }

  /**
   * Starts the engine on what `current` points at. Running already: nothing.
   * @throws SupervisorError when it cannot be started; it is tried again all the same
   */
  start(): Promise<void> {
    this.#wanted = 'running'
    return this.#exclusive(async () => {
      if (this.#instance !== undefined || this.#wanted === 'stopped') return
      clearTimeout(this.#restartTimer)
      try {
        await this.#launch()
      } catch (error) {
        this.#failures++
        this.#lastExit = messageOf(error).slice(0, EXIT_CHARACTERS_MAX)
        this.#scheduleRestart()
        throw error
      }
    })
  }

  /** Lets the engine finish what it has, within the program's time; then it is killed. */
  stop(): Promise<void> {
    this.#wanted = 'stopped'
    clearTimeout(this.#restartTimer)
    return this.#exclusive(async () => {
      const instance = this.#instance
      if (instance !== undefined) await this.#end(instance)
      this.#sockets.close()
    })
  }

  signal(signal: NodeJS.Signals): void {
    const pid = this.#running().identity.pid
    if (signalProcess(pid, signal) === 'gone') {
      throw new SupervisorError('SUPERVISOR_NOT_RUNNING', `process ${pid} is gone`)
    }
  }

  /** Asks the engine over its channel. `reload` also brings its sockets up to date. */
  async call(method: string, params: unknown): Promise<unknown> {
    if (method === 'reload') return this.#exclusive(() => this.#reload(params))
    return this.#channel().call(method, params, CALL_TIMEOUT_MS)
  }

  /**
   * Takes over an engine that a former supervisor has left, with its sockets.
   * @throws SupervisorError when it does not hand them over: it then finds another supervisor
   */
  async adopt(identity: ProcessIdentity, channel: EngineChannel | undefined): Promise<void> {
    this.#wanted = 'running'
    if (channel !== undefined) {
      for (const [key, socket] of await channel.handedOver(HAND_OVER_TIMEOUT_MS))
        this.#sockets.adopt(key, socket)
      channel.introduce(this.#options.supervisorCommand)
    }
    this.#watch(adoptEngine(identity, channel))
    this.#options.log(`took over process ${identity.pid}`)
  }

  async #launch(): Promise<void> {
    const { paths, engineLog, supervisorCommand } = this.#options
    const generation = currentGeneration(paths)
    const inherits = this.#program.listeners === 'inherit'
    if (inherits) this.#bindFor(generation)
    const instance = await startEngine(this.#program, {
      cwd: paths.folder,
      output: engineLog.stdio,
    })
    this.#options.log(`started process ${instance.identity.pid} on ${generation}`)
    const { channel } = instance
    if (channel !== undefined) {
      channel.introduce(supervisorCommand)
      for (const [key, socket] of this.#sockets.entries) channel.giveSocket(key, socket)
      try {
        await channel.call('reload', { folder: generation }, CALL_TIMEOUT_MS)
      } catch (error) {
        await kill(instance)
        throw error
      }
    }
    this.#watch(instance)
  }

  #bindFor(generation: string): void {
    const listeners = readListenersFile(generation)
    // No engine runs: what it does not want any more can go at once.
    this.#sockets.close(this.#sockets.surplus(listeners))
    this.#sockets.bindMissing(listeners)
  }

  /** New sockets first, so that a failure changes nothing; those not wanted any more last. */
  async #reload(params: unknown): Promise<unknown> {
    const channel = this.#channel()
    const generation = currentGeneration(this.#options.paths)
    const listeners = readListenersFile(generation)
    const added = this.#sockets.bindMissing(listeners)
    for (const key of added) {
      const socket = this.#sockets.entries.get(key)
      if (socket !== undefined) channel.giveSocket(key, socket)
    }
    const asked = typeof params === 'object' && params !== null ? params : {}
    try {
      const answer = await channel.call('reload', { ...asked, folder: generation }, CALL_TIMEOUT_MS)
      this.#closeSockets(channel, this.#sockets.surplus(listeners))
      return answer
    } catch (error) {
      this.#closeSockets(channel, added)
      throw error
    }
  }

  #closeSockets(channel: EngineChannel, keys: readonly string[]): void {
    for (const key of keys) channel.dropSocket(key)
    this.#sockets.close(keys)
  }

  #watch(instance: EngineInstance): void {
    const { identity, exited } = instance
    this.#instance = instance
    this.#startedAtMs = performance.now()
    writeEngineRecord(this.#options.paths.run, {
      ...identity,
      listeners: this.#program.listeners,
    })
    void exited.then((how) => this.#exited(instance, how))
  }

  #exited(instance: EngineInstance, how: string): void {
    if (this.#instance !== instance) return
    this.#instance = undefined
    this.#lastExit = how
    removeEngineRecord(this.#options.paths.run)
    this.#options.log(`process ${instance.identity.pid} ended: ${how}`)
    // Workers without their master serve an old state for ever and hold its ports.
    const { stopSignal, orphansSignal = stopSignal } = this.#program
    signalGroup(instance.identity.pid, orphansSignal)
    if (this.#wanted === 'stopped') return
    const steady = performance.now() - this.#startedAtMs >= STEADY_AFTER_MS
    this.#failures = steady ? 1 : this.#failures + 1
    this.#scheduleRestart()
  }

  #scheduleRestart(): void {
    if (this.#wanted === 'stopped') return
    const delayMs = restartDelayMs(this.#failures)
    clearTimeout(this.#restartTimer)
    this.#restartTimer = setTimeout(() => {
      this.#restarts++
      this.start().catch((error) => {
        this.#options.log(`cannot start the engine: ${messageOf(error)}`)
      })
    }, delayMs)
  }

  async #end(instance: EngineInstance): Promise<void> {
    const { pid } = instance.identity
    signalProcess(pid, this.#program.stopSignal)
    const timer = setTimeout(() => {
      this.#options.log(`process ${pid} did not stop in time and is killed`)
      signalGroup(pid, 'SIGKILL')
      signalProcess(pid, 'SIGKILL')
    }, this.#program.stopTimeoutMs)
    await instance.exited
    clearTimeout(timer)
  }

  #running(): EngineInstance {
    if (this.#instance !== undefined) return this.#instance
    throw new SupervisorError('SUPERVISOR_NOT_RUNNING', 'the engine does not run')
  }

  #channel(): EngineChannel {
    const { channel } = this.#running()
    if (channel !== undefined) return channel
    const message = 'the engine has no channel: its listeners are its own'
    throw new SupervisorError('SUPERVISOR_UNSUPPORTED', message)
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(task)
    this.#queue = done.catch(() => {})
    return done
  }
}

async function kill(instance: EngineInstance): Promise<void> {
  if (!isRunning(instance.identity)) return
  signalProcess(instance.identity.pid, 'SIGKILL')
  await instance.exited
}

/** The folder behind the link, read once: the link may move while a change is under way. */
function currentGeneration(paths: EnginePaths): string {
  try {
    return realpathSync(paths.current)
  } catch (error) {
    const message = `${paths.current} leads nowhere: there is no generation to serve`
    throw new SupervisorError('SUPERVISOR_FILE_INVALID', message, { cause: error })
  }
}
