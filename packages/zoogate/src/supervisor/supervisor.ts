import { mkdirSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { channelToParent } from '../engines/inherit/engine-messages.ts'
import { BoundedLog } from './bounded-log.ts'
import type { SupervisorStatus } from './control-protocol.ts'
import { serveControl } from './control-server.ts'
import { EngineChannel } from './engine-channel.ts'
import { EngineRunner } from './engine-runner.ts'
import { lockFolder } from './folder-lock.ts'
import { type Fields, fieldsOf, oneOf, textOf } from './plain-checks.ts'
import { isRunning, processIdentity, signalProcess } from './process-identity.ts'
import { ENGINE_SIGNALS, programOf } from './program-check.ts'
import { makeRunFolder, removeRunFolder } from './run-folder.ts'
import { askSupervisor } from './supervisor-client.ts'
import { supervisorCommand } from './supervisor-command.ts'
import { messageOf, SupervisorError } from './supervisor-error.ts'
import {
  controlSocketPath,
  type EngineRecord,
  readEngineRecord,
  readSupervisorFile,
  type SupervisorFile,
  writeSupervisorFile,
} from './supervisor-files.ts'

/** How often logs are measured. */
const LOG_CHECK_INTERVAL_MS = 5_000
/** An engine that lost its supervisor brings a new one within so much, or is replaced. */
const HAND_OVER_MS = 5_000
const HAND_OVER_POLL_MS = 50
const METHOD = { lengthMin: 1, lengthMax: 64 } as const

export interface SupervisorOptions {
  /** The node's folder: holds `supervisor.json`. */
  readonly folder: string
  /** The engine process that started us and hands its sockets over, or `none`. */
  readonly startedBy: 'engine' | 'none'
}

/** What became of an attempt to supervise. `elsewhere`: the engine has brought another supervisor. */
export type SupervisorEnd = 'stopped' | 'elsewhere'

/**
 * Runs one engine until it is told to stop.
 * @throws SupervisorError `SUPERVISOR_FILE_INVALID`, `SUPERVISOR_LOCKED`
 */
export async function runSupervisor(options: SupervisorOptions): Promise<SupervisorEnd> {
  const file = readSupervisorFile(options.folder)
  const { paths } = file
  mkdirSync(paths.logs, { recursive: true })
  makeRunFolder(paths.run)
  const lockPath = join(paths.folder, 'supervisor.lock')
  let lock = lockFolder(lockPath)
  const orphan = livingEngine(paths.run)
  if (orphan?.listeners === 'inherit' && options.startedBy === 'none') {
    lock.release()
    if (await broughtAnother(controlSocketPath(paths.run))) return 'elsewhere'
    lock = lockFolder(lockPath)
    await killOrphan(orphan)
  }
  const supervisor = new Supervisor(file)
  try {
    await supervisor.begin(livingEngine(paths.run), options.startedBy)
    await supervisor.stopped
    removeRunFolder(paths.run)
  } finally {
    supervisor.close()
    lock.release()
  }
  return 'stopped'
}

class Supervisor {
  readonly #file: SupervisorFile
  readonly #log: BoundedLog
  readonly #runner: EngineRunner
  readonly #logTimer: NodeJS.Timeout
  readonly stopped: Promise<void>
  #markStopped = () => {}
  #server: Server | undefined

  constructor(file: SupervisorFile) {
    this.#file = file
    const { paths, program } = file
    this.#log = new BoundedLog(join(paths.logs, 'supervisor.log'))
    const engineLog = new BoundedLog(join(paths.logs, 'engine.log'))
    this.#logTimer = setInterval(() => {
      this.#log.keepBounded()
      engineLog.keepBounded()
    }, LOG_CHECK_INTERVAL_MS)
    this.stopped = new Promise((resolve) => {
      this.#markStopped = resolve
    })
    this.#runner = new EngineRunner({
      paths,
      program,
      engineLog,
      log: (line) => this.#write(line),
      supervisorCommand: supervisorCommand(paths.folder),
    })
  }

  async begin(orphan: EngineRecord | undefined, startedBy: 'engine' | 'none'): Promise<void> {
    const end = startedBy === 'engine' ? channelToParent() : undefined
    const channel = end === undefined ? undefined : new EngineChannel(end)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => void this.#stop(signal))
    }
    // A terminal that closes is no reason to stop.
    process.on('SIGHUP', () => {})
    if (orphan === undefined) {
      this.#runner.start().catch((error) => this.#write(messageOf(error)))
    } else {
      await this.#runner.adopt(orphan, channel)
    }
    const socket = controlSocketPath(this.#file.paths.run)
    this.#server = await serveControl(socket, (method, params) => this.#handle(method, params))
    this.#write(`supervisor ${process.pid} answers on ${socket}`)
  }

  close(): void {
    clearInterval(this.#logTimer)
    this.#server?.close()
    rmSync(controlSocketPath(this.#file.paths.run), { force: true })
  }

  async #handle(method: string, params: unknown): Promise<unknown> {
    switch (method) {
      case 'status':
        return this.#status()
      case 'start':
        await this.#runner.start()
        return this.#status()
      case 'stop':
        await this.#runner.stop()
        return this.#status()
      case 'signal':
        this.#runner.signal(
          checked(params, (fields) => oneOf(fields['signal'], 'signal', ENGINE_SIGNALS)),
        )
        return {}
      case 'call': {
        const asked = checked(params, (fields) => textOf(fields['method'], 'method', METHOD))
        return this.#runner.call(
          asked,
          checked(params, (fields) => fields['params']),
        )
      }
      case 'update': {
        const program = checked(params, (fields) => programOf(fields['program']))
        writeSupervisorFile({ ...this.#file, program })
        this.#runner.program = program
        return this.#status()
      }
      case 'shutdown':
        await this.#runner.stop()
        // The answer goes out before the end.
        setImmediate(() => this.#markStopped())
        return {}
      default:
        throw new SupervisorError('SUPERVISOR_BAD_REQUEST', `there is no method ${method}`)
    }
  }

  #status(): SupervisorStatus {
    return {
      ...this.#runner.status(),
      supervisorPid: process.pid,
      program: this.#runner.program,
    }
  }

  async #stop(signal: string): Promise<void> {
    this.#write(`${signal}: stopping the engine`)
    await this.#runner.stop()
    this.#markStopped()
  }

  #write(line: string): void {
    this.#log.write(`${new Date().toISOString()} ${line}`)
  }
}

/** @throws SupervisorError `SUPERVISOR_BAD_REQUEST` that names the parameter */
function checked<T>(params: unknown, check: (fields: Fields) => T): T {
  try {
    return check(fieldsOf(params, 'params'))
  } catch (error) {
    throw new SupervisorError('SUPERVISOR_BAD_REQUEST', messageOf(error), { cause: error })
  }
}

function livingEngine(run: string): EngineRecord | undefined {
  const record = readEngineRecord(run)
  return record !== undefined && isRunning(record) ? record : undefined
}

async function broughtAnother(socket: string): Promise<boolean> {
  const deadlineMs = performance.now() + HAND_OVER_MS
  while (performance.now() < deadlineMs) {
    await sleep(HAND_OVER_POLL_MS)
    try {
      await askSupervisor(socket, 'status', {}, { timeoutMs: HAND_OVER_MS })
      return true
    } catch (error) {
      if (!(error instanceof SupervisorError)) throw error
    }
  }
  return false
}

async function killOrphan(orphan: EngineRecord): Promise<void> {
  signalProcess(orphan.pid, 'SIGKILL')
  while (processIdentity(orphan.pid)?.startTicks === orphan.startTicks) {
    await sleep(HAND_OVER_POLL_MS)
  }
}
