import { type ChildProcess, spawn } from 'node:child_process'
import { Backoff } from '@zoogate/balancer'
import { describeExit, type ProgramExit, startFailure } from './program-exit.ts'

/** Before the first restart, and at most. */
const RESTART_MIN_MS = 200
const RESTART_MAX_MS = 30_000

/** A program that ran so long was well; its next restart comes quickly again. */
const WELL_AFTER_MS = 30_000

export interface ChildSupervisorOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether it is started again when it ends by itself. */
  readonly restart: boolean
  readonly onStarted: (pid: number) => void
  /** At once when it has ended, before anything else is done about it. */
  readonly onEnded: (exit: ProgramExit) => void
  readonly log: (line: string) => void
}

/**
 * Runs a program with our standard streams, and again when it ends. The program leads a process group
 * of its own: Ctrl-C in a terminal reaches only us, so that it can be drained first, and what it
 * started goes with it.
 */
export class ChildSupervisor {
  /** Resolves when the program has ended for good. */
  readonly done: Promise<ProgramExit>
  readonly #options: ChildSupervisorOptions
  readonly #backoff = new Backoff({
    minMs: RESTART_MIN_MS,
    maxMs: RESTART_MAX_MS,
    random: Math.random,
  })
  #finish: (exit: ProgramExit) => void = () => {}
  #child: ChildProcess | undefined
  #lastExit: ProgramExit | undefined
  #stopping = false
  #restartTimer: NodeJS.Timeout | undefined
  #killTimer: NodeJS.Timeout | undefined

  constructor(options: ChildSupervisorOptions) {
    this.#options = options
    this.done = new Promise((resolve) => {
      this.#finish = resolve
    })
  }

  start(): void {
    const { command, args, env } = this.#options
    const startedMs = performance.now()
    const child = spawn(command, [...args], { env, stdio: 'inherit', detached: true })
    this.#child = child
    child.once('spawn', () => this.#options.onStarted(child.pid ?? 0))
    child.once('error', (error) => {
      // A signal that could not be sent is an error too; then it goes on running.
      if (child.pid === undefined) this.#ended(startFailure(error), startedMs)
    })
    child.once('exit', (code, signal) => {
      this.#ended({ code: code ?? undefined, signal: signal ?? undefined }, startedMs)
      this.#signalGroup(child, 'SIGKILL')
    })
  }

  /** SIGTERM, and SIGKILL after `timeoutMs`. Called again with a shorter time, that counts. */
  stop(timeoutMs: number): Promise<ProgramExit> {
    this.#stopping = true
    clearTimeout(this.#restartTimer)
    clearTimeout(this.#killTimer)
    const child = this.#child
    if (child === undefined) {
      this.#finish(this.#lastExit ?? { code: 0, signal: undefined })
      return this.done
    }
    this.#signalGroup(child, 'SIGTERM')
    this.#killTimer = setTimeout(() => {
      this.#options.log(`the program did not end within ${timeoutMs} ms and is killed`)
      this.#signalGroup(child, 'SIGKILL')
    }, timeoutMs)
    return this.done
  }

  #ended(exit: ProgramExit, startedMs: number): void {
    clearTimeout(this.#killTimer)
    this.#child = undefined
    this.#lastExit = exit
    this.#options.onEnded(exit)
    if (this.#stopping || !this.#options.restart || exit.startError !== undefined) {
      this.#finish(exit)
      return
    }
    if (performance.now() - startedMs >= WELL_AFTER_MS) this.#backoff.reset()
    const delayMs = Math.round(this.#backoff.nextMs())
    this.#options.log(`the program ${describeExit(exit)}; starting it again in ${delayMs} ms`)
    this.#restartTimer = setTimeout(() => this.start(), delayMs)
  }

  #signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, signal)
    } catch {
      // The whole group has ended already.
    }
  }
}
