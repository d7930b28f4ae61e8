import {
  BalancerError,
  HealthMonitor,
  type HealthReport,
  type InstanceState,
  probe,
  type RegistrationEvent,
  ServiceRegistration,
  type ServiceRegistrationOptions,
} from '@zoogate/balancer'
import { ChildSupervisor } from './child-supervisor.ts'
import { execProbe } from './exec-probe.ts'
import { describeExit, exitCodeOf, type ProgramExit } from './program-exit.ts'
import type { SidecarCheck } from './sidecar-check.ts'
import { type SidecarFacts, wantedState } from './wanted-state.ts'

/** Until the first pass a program is asked so often, so that it serves as soon as it can. */
const STARTING_INTERVAL_MS = 100

/** How long the program may take to end after SIGTERM. */
const DEFAULT_STOP_TIMEOUT_MS = 10_000

/** The same when somebody is in a hurry. */
const HURRIED_STOP_TIMEOUT_MS = 1_000

export interface SidecarOptions {
  readonly registration: ServiceRegistrationOptions
  readonly check: SidecarCheck
  /** How long the instance says `draining` before its program is told to end. */
  readonly drainMs: number
  /** Absent: it runs elsewhere, and is only checked and registered. */
  readonly program?: {
    readonly command: string
    readonly args: readonly string[]
    readonly restart: boolean
    /** Default 10 s. */
    readonly stopTimeoutMs?: number
  }
  readonly log: (line: string) => void
}

/**
 * Runs a program, checks it, and lets its registration say how it is. The program comes first: it is
 * started, served and restarted whether ZooKeeper is there or not.
 */
export class Sidecar {
  readonly #options: SidecarOptions
  readonly #monitor: HealthMonitor
  readonly #supervisor: ChildSupervisor | undefined
  readonly #hurry = new AbortController()
  #facts: SidecarFacts
  #registration: ServiceRegistration | undefined
  #registeredState: InstanceState | undefined
  #exitCode: number | undefined
  #leaving: Promise<void> | undefined
  #finish: (exitCode: number) => void = () => {}

  constructor(options: SidecarOptions) {
    this.#options = options
    const { program } = options
    this.#facts = {
      program: program === undefined ? 'elsewhere' : 'ended',
      passing: false,
      leaving: false,
    }
    this.#monitor = new HealthMonitor({
      initiallyPassing: false,
      startingIntervalMs: STARTING_INTERVAL_MS,
      random: () => 0,
      onChange: (report) => this.#checked(report),
    })
    this.#supervisor =
      program &&
      new ChildSupervisor({
        ...program,
        env: { ...process.env, PORT: process.env['PORT'] ?? String(options.registration.port) },
        log: options.log,
        onStarted: () => this.#programStarted(),
        onEnded: (exit) => this.#programEnded(exit),
      })
  }

  /** Runs until the program ends for good or `leave` is done. Resolves with the exit code. */
  run(): Promise<number> {
    const finished = new Promise<number>((resolve) => {
      this.#finish = resolve
    })
    if (this.#supervisor === undefined) this.#beginToCheck()
    else {
      this.#supervisor.start()
      void this.#supervisor.done.then((exit) => {
        if (this.#leaving !== undefined) return undefined
        this.#exitCode ??= exitCodeOf(exit)
        return this.leave()
      })
    }
    return finished
  }

  /**
   * Drains: says `draining`, waits, ends the program, says `down`, ends the session. Called a second
   * time it waits no longer.
   */
  leave(): Promise<void> {
    if (this.#leaving !== undefined) {
      this.#hurry.abort()
      return this.#leaving
    }
    this.#leaving = this.#leave()
    return this.#leaving
  }

  async #leave(): Promise<void> {
    const { drainMs, log } = this.#options
    const mustDrain = wantedState(this.#facts) === 'up' && this.#registration?.mayBeSeen === true
    this.#update({ leaving: true })
    if (mustDrain) {
      log(`draining for ${drainMs} ms`)
      await this.#pause(drainMs)
    }
    await this.#stopProgram()
    this.#monitor.close()
    await this.#registration?.close()
    this.#finish(this.#exitCode ?? 0)
  }

  async #stopProgram(): Promise<void> {
    const supervisor = this.#supervisor
    if (supervisor === undefined) return
    const timeoutMs = this.#options.program?.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS
    const hurry = () => void supervisor.stop(HURRIED_STOP_TIMEOUT_MS)
    this.#hurry.signal.addEventListener('abort', hurry)
    const exit = await supervisor.stop(
      this.#hurry.signal.aborted ? HURRIED_STOP_TIMEOUT_MS : timeoutMs,
    )
    // Ending by the signal that we sent is what we asked for.
    this.#exitCode ??= exit.signal === 'SIGTERM' ? 0 : exitCodeOf(exit)
  }

  /** Waits, until somebody is in a hurry or the program has ended anyway. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      this.#hurry.signal.addEventListener('abort', end)
      void this.#supervisor?.done.then(end)
    })
  }

  #programStarted(): void {
    this.#facts = { ...this.#facts, program: 'running' }
    this.#beginToCheck()
  }

  #programEnded(exit: ProgramExit): void {
    this.#monitor.remove(this.#options.registration.id)
    this.#update({ program: 'ended', passing: false })
    if (exit.startError !== undefined) this.#options.log(`the program ${describeExit(exit)}`)
  }

  #beginToCheck(): void {
    const { registration, check } = this.#options
    const how = check.probe
    const { timeoutMs } = check
    this.#monitor.watch(registration.id, check, (signal) =>
      how.type === 'exec'
        ? execProbe(how.command, { timeoutMs, signal })
        : probe(registration, { probe: how, timeoutMs }, { signal }),
    )
  }

  #checked(report: HealthReport): void {
    if (report.passing === this.#facts.passing) return
    this.#options.log(report.passing ? 'the check passes' : `the check fails: ${report.detail}`)
    this.#update({ passing: report.passing })
  }

  #update(change: Partial<SidecarFacts>): void {
    this.#facts = { ...this.#facts, ...change }
    const state = wantedState(this.#facts)
    if (state === this.#registeredState) return
    if (this.#registration === undefined) {
      if (state !== 'up') return
      this.#register()
    } else void this.#registration.setState(state)
    this.#registeredState = state
  }

  #register(): void {
    const registration = new ServiceRegistration(this.#options.registration)
    this.#registration = registration
    registration.onChange((event) => this.#tell(registration, event))
    registration.registered.catch((error: unknown) => {
      if (error instanceof BalancerError && error.code === 'REGISTRATION_CLOSED') return
      this.#options.log(error instanceof Error ? error.message : String(error))
      this.#exitCode = 1
      void this.leave()
    })
  }

  #tell(registration: ServiceRegistration, { state, reason }: RegistrationEvent): void {
    const line = state === 'registered' ? `registered as ${registration.path}` : state
    this.#options.log(reason === undefined ? line : `${line}: ${reason}`)
  }
}
