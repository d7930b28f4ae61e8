import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { EngineProcess, EngineProcessStatus } from '../engines/engine.ts'
import { processIdentity, signalProcess, startIdOf } from './process-identity.ts'
import { messageOf, SupervisorError } from './supervisor-error.ts'

const run = promisify(execFile)

/** A host's command, e.g. `systemctl reload nginx`, is given so much. */
const COMMAND_TIMEOUT_MS = 60_000

/** nginx reloads at the first, HAProxy's master process at the second, httpd at the third. */
const RELOAD_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGHUP', 'SIGUSR2', 'SIGUSR1'])

export interface AttachedProcessOptions {
  /** Where the engine, or its service manager, writes the pid of the main process. */
  readonly pidFile: string
  /** Instead of a signal for a reload: program and arguments, no shell. */
  readonly reloadCommand?: readonly string[]
  readonly startCommand?: readonly string[]
}

/** An engine that the host's service manager runs. We find it, signal it, and never start it twice. */
export class AttachedProcess implements EngineProcess {
  readonly mode = 'attached'
  readonly #options: AttachedProcessOptions

  constructor(options: AttachedProcessOptions) {
    this.#options = options
  }

  /** `restarts` is not ours to count: 0. */
  async status(): Promise<EngineProcessStatus> {
    const identity = await this.#find()
    if (identity === undefined) return { running: false, restarts: 0 }
    return { running: true, pid: identity.pid, startId: startIdOf(identity), restarts: 0 }
  }

  /** @throws SupervisorError `SUPERVISOR_NOT_RUNNING` */
  async signal(signal: NodeJS.Signals): Promise<void> {
    if (RELOAD_SIGNALS.has(signal) && this.#options.reloadCommand !== undefined) {
      return runCommand(this.#options.reloadCommand)
    }
    const identity = await this.#find()
    if (identity === undefined || signalProcess(identity.pid, signal) === 'gone') {
      const message = `${this.#options.pidFile} names no running process`
      throw new SupervisorError('SUPERVISOR_NOT_RUNNING', message)
    }
  }

  call(method: string): Promise<unknown> {
    const message = `an attached engine cannot be asked to ${method}: it has no channel to us`
    return Promise.reject(new SupervisorError('SUPERVISOR_UNSUPPORTED', message))
  }

  /** Asks the host to start the engine. Without a command for it, that is the host's own business. */
  async start(): Promise<EngineProcessStatus> {
    const status = await this.status()
    if (status.running || this.#options.startCommand === undefined) return status
    await runCommand(this.#options.startCommand)
    return this.status()
  }

  async #find() {
    try {
      const text = (await readFile(this.#options.pidFile, 'utf8')).trim()
      return /^[1-9][0-9]{0,9}$/.test(text) ? processIdentity(Number(text)) : undefined
    } catch {
      return undefined
    }
  }
}

async function runCommand(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command
  try {
    await run(program, args, { timeout: COMMAND_TIMEOUT_MS })
  } catch (error) {
    const message = `${command.join(' ')}: ${messageOf(error)}`
    throw new SupervisorError('SUPERVISOR_ENGINE_FAILED', message, { cause: error })
  }
}
