import { type Scheduler, systemScheduler } from '../scheduler.ts'
import type { HealthCheck, ProbeResult, ProbeTarget } from './health-check.ts'
import { type HealthState, initialHealth, nextHealth } from './health-state.ts'
import { type ProbeOptions, probe } from './probe.ts'

/** The first probe of an endpoint comes within so much of its coming, by chance, or sooner. */
const START_JITTER_MAX_MS = 1_000

export interface HealthReport {
  readonly id: string
  readonly passing: boolean
  /** False: no result is in yet and `passing` is the initial state. */
  readonly checked: boolean
  /** What the newest result saw; empty before the first. */
  readonly detail: string
}

export interface HealthMonitorOptions {
  /** After every first result and every change of `passing`. */
  readonly onChange: (report: HealthReport) => void
  /** What an endpoint is taken for until its first result. Default true, as in HAProxy. */
  readonly initiallyPassing?: boolean
  /** Default: `probe`, over the network. Must not reject. */
  readonly probe?: (
    target: ProbeTarget,
    check: HealthCheck,
    options: ProbeOptions,
  ) => Promise<ProbeResult>
  readonly scheduler?: Scheduler
  /** In [0, 1); spreads the first probes. Default Math.random. */
  readonly random?: () => number
}

interface Watched {
  readonly target: ProbeTarget
  readonly check: HealthCheck
  readonly aborter: AbortController
  state: HealthState
  detail: string
  cancelTimer: () => void
}

/** Probes any number of endpoints, each at its own interval, never twice at the same time. */
export class HealthMonitor {
  readonly #onChange: (report: HealthReport) => void
  readonly #initiallyPassing: boolean
  readonly #probe: NonNullable<HealthMonitorOptions['probe']>
  readonly #scheduler: Scheduler
  readonly #random: () => number
  readonly #watched = new Map<string, Watched>()

  constructor(options: HealthMonitorOptions) {
    this.#onChange = options.onChange
    this.#initiallyPassing = options.initiallyPassing ?? true
    this.#probe = options.probe ?? probe
    this.#scheduler = options.scheduler ?? systemScheduler
    this.#random = options.random ?? Math.random
  }

  /**
   * Begins to probe an endpoint. One that is probed already at the same place and in the same way goes
   * on undisturbed; at another place or in another way it begins anew.
   */
  add(id: string, target: ProbeTarget, check: HealthCheck): void {
    const former = this.#watched.get(id)
    if (former !== undefined) {
      if (sameProbing(former, target, check)) return
      this.remove(id)
    }
    const watched: Watched = {
      target: { address: target.address, port: target.port },
      check,
      aborter: new AbortController(),
      state: initialHealth(this.#initiallyPassing),
      detail: '',
      cancelTimer: () => {},
    }
    this.#watched.set(id, watched)
    const jitterMs = this.#random() * Math.min(check.intervalMs, START_JITTER_MAX_MS)
    this.#probeAfter(jitterMs, id, watched)
  }

  remove(id: string): void {
    const watched = this.#watched.get(id)
    if (watched === undefined) return
    this.#watched.delete(id)
    watched.cancelTimer()
    watched.aborter.abort()
  }

  /** Undefined: not probed. */
  report(id: string): HealthReport | undefined {
    const watched = this.#watched.get(id)
    return watched === undefined ? undefined : reportOf(id, watched)
  }

  reports(): HealthReport[] {
    return Array.from(this.#watched, ([id, watched]) => reportOf(id, watched))
  }

  /** Ends all probing. No change is reported after it. */
  close(): void {
    for (const id of [...this.#watched.keys()]) this.remove(id)
  }

  #probeAfter(delayMs: number, id: string, watched: Watched): void {
    watched.cancelTimer = this.#scheduler.after(delayMs, () => {
      const startedMs = this.#scheduler.nowMs()
      void this.#probe(watched.target, watched.check, { signal: watched.aborter.signal }).then(
        (result) => {
          if (watched.aborter.signal.aborted) return
          const elapsedMs = this.#scheduler.nowMs() - startedMs
          this.#probeAfter(Math.max(0, watched.check.intervalMs - elapsedMs), id, watched)
          this.#take(id, watched, result)
        },
      )
    })
  }

  #take(id: string, watched: Watched, result: ProbeResult): void {
    const former = watched.state
    watched.state = nextHealth(former, result.passed, watched.check)
    watched.detail = result.detail
    if (watched.state.passing !== former.passing || !former.checked) {
      this.#onChange(reportOf(id, watched))
    }
  }
}

function reportOf(id: string, watched: Watched): HealthReport {
  const { passing, checked } = watched.state
  return { id, passing, checked, detail: watched.detail }
}

function sameProbing(watched: Watched, target: ProbeTarget, check: HealthCheck): boolean {
  return (
    watched.target.address === target.address &&
    watched.target.port === target.port &&
    JSON.stringify(watched.check) === JSON.stringify(check)
  )
}
