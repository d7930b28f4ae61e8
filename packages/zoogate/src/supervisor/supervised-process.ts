import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type {
  EnginePaths,
  EngineProcess,
  EngineProcessStatus,
  EngineProgram,
} from '../engines/engine.ts'
import { SUPERVISOR_EXIT_CODES } from '../engines/inherit/supervisor-exit.ts'
import { BoundedLog } from './bounded-log.ts'
import type { ControlMethod, SupervisorStatus } from './control-protocol.ts'
import { fieldsOf, integerOf, textOf } from './plain-checks.ts'
import { programOf } from './program-check.ts'
import { makeRunFolder } from './run-folder.ts'
import { askSupervisor } from './supervisor-client.ts'
import { supervisorCommand } from './supervisor-command.ts'
import { SupervisorError } from './supervisor-error.ts'
import { controlSocketPath, writeSupervisorFile } from './supervisor-files.ts'

/** A supervisor answers within so much of its start. */
const START_TIMEOUT_MS = 20_000
const START_POLL_MS = 20
/** It has its status at hand; one that is silent for longer must not hold up live changes. */
const STATUS_TIMEOUT_MS = 3_000
/** Beyond the time that an engine may take to stop. */
const STOP_MARGIN_MS = 10_000
const PID_MAX = 4_194_304

/** An engine that a supervisor of ours runs. Where none answers, one is started. */
export class SupervisedProcess implements EngineProcess {
  readonly mode = 'supervised'
  readonly #paths: EnginePaths
  #program: EngineProgram
  #ensuring: Promise<SupervisorStatus> | undefined

  constructor(paths: EnginePaths, program: EngineProgram) {
    this.#paths = paths
    this.#program = program
  }

  /** Of the engine. A supervisor that does not answer is started first. */
  async status(): Promise<EngineProcessStatus> {
    return statusOf(await this.#ask('status', {}, STATUS_TIMEOUT_MS))
  }

  async signal(signal: NodeJS.Signals): Promise<void> {
    await this.#ask('signal', { signal })
  }

  call(method: string, params: unknown): Promise<unknown> {
    return this.#ask('call', { method, params })
  }

  /** Starts the engine, if it does not run. Resolves when it was started, not when it serves. */
  async start(): Promise<EngineProcessStatus> {
    return statusOf(await this.#ask('start', {}))
  }

  /** Stops the engine gracefully. The supervisor stays, and does not start it again by itself. */
  async stop(): Promise<EngineProcessStatus> {
    const timeoutMs = this.#program.stopTimeoutMs + STOP_MARGIN_MS
    return statusOf(await this.#ask('stop', {}, timeoutMs))
  }

  /** Another program, from the engine's next start on. */
  async update(program: EngineProgram): Promise<EngineProcessStatus> {
    this.#program = program
    return statusOf(await this.#ask('update', { program }))
  }

  /** Stops the engine gracefully and ends the supervisor. Where none answers there is nothing to do. */
  async shutdown(): Promise<void> {
    const timeoutMs = this.#program.stopTimeoutMs + STOP_MARGIN_MS
    try {
      await askSupervisor(this.#socket, 'shutdown', {}, { timeoutMs })
    } catch (error) {
      if (!isUnreachable(error)) throw error
    }
  }

  /** Makes sure that a supervisor runs, with this program. */
  async ensure(): Promise<EngineProcessStatus> {
    this.#ensuring ??= ensureSupervisor(this.#paths, this.#program).finally(() => {
      this.#ensuring = undefined
    })
    return this.#ensuring
  }

  get #socket(): string {
    return controlSocketPath(this.#paths.run)
  }

  async #ask(method: ControlMethod, params: unknown, timeoutMs?: number): Promise<unknown> {
    const options = timeoutMs === undefined ? {} : { timeoutMs }
    try {
      return await askSupervisor(this.#socket, method, params, options)
    } catch (error) {
      if (!isUnreachable(error)) throw error
    }
    await this.ensure()
    return askSupervisor(this.#socket, method, params, options)
  }
}

/**
 * Adopts the supervisor of a node, telling it the program if it has another, or starts one in a
 * session of its own, which outlives us.
 * @throws SupervisorError `SUPERVISOR_UNREACHABLE` when the one that was started does not answer
 */
async function ensureSupervisor(
  paths: EnginePaths,
  program: EngineProgram,
): Promise<SupervisorStatus> {
  const socket = controlSocketPath(paths.run)
  try {
    const status = statusOf(await askSupervisor(socket, 'status', {}))
    if (isDeepStrictEqual(status.program, program)) return status
    return statusOf(await askSupervisor(socket, 'update', { program }))
  } catch (error) {
    if (!isUnreachable(error)) throw error
  }
  for (const folder of [paths.folder, paths.logs]) mkdirSync(folder, { recursive: true })
  makeRunFolder(paths.run)
  writeSupervisorFile({ paths, program })
  return startSupervisor(paths, socket)
}

async function startSupervisor(paths: EnginePaths, socket: string): Promise<SupervisorStatus> {
  const [command = process.execPath, ...args] = supervisorCommand(paths.folder)
  const log = new BoundedLog(join(paths.logs, 'supervisor.log'))
  const child = spawn(command, args, {
    cwd: paths.folder,
    detached: true,
    stdio: ['ignore', log.stdio, log.stdio],
  })
  log.close()
  let ended: string | undefined
  child.once('error', (error) => {
    ended = error.message
  })
  child.once('exit', (code, signal) => {
    // Somebody else was faster: the other one will answer.
    if (code === SUPERVISOR_EXIT_CODES.stopped || code === SUPERVISOR_EXIT_CODES.locked) return
    ended = signal ?? `exit ${code}`
  })
  child.unref()
  const deadlineMs = performance.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      return statusOf(await askSupervisor(socket, 'status', {}, { timeoutMs: START_TIMEOUT_MS }))
    } catch (error) {
      if (!isUnreachable(error)) throw error
      if (performance.now() < deadlineMs && ended === undefined) {
        await sleep(START_POLL_MS)
        continue
      }
      const why = ended === undefined ? `not within ${START_TIMEOUT_MS} ms` : ended
      throw new SupervisorError(
        'SUPERVISOR_UNREACHABLE',
        `the supervisor of ${paths.folder} does not answer: ${why}; see ${paths.logs}`,
        { cause: error },
      )
    }
  }
}

function statusOf(answer: unknown): SupervisorStatus {
  const fields = fieldsOf(answer, 'the status')
  const pid = fields['pid']
  const startId = fields['startId']
  const lastExit = fields['lastExit']
  return {
    running: fields['running'] === true,
    ...(pid === undefined ? {} : { pid: integerOf(pid, 'pid', 0, PID_MAX) }),
    ...(startId === undefined ? {} : { startId: textOf(startId, 'startId') }),
    ...(lastExit === undefined ? {} : { lastExit: textOf(lastExit, 'lastExit') }),
    restarts: integerOf(fields['restarts'], 'restarts', 0, Number.MAX_SAFE_INTEGER),
    supervisorPid: integerOf(fields['supervisorPid'], 'supervisorPid', 0, PID_MAX),
    program: programOf(fields['program']),
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof SupervisorError && error.code === 'SUPERVISOR_UNREACHABLE'
}
