import { type Scheduler, systemScheduler } from '../scheduler.ts'
import type { CheckTiming, HealthCheck, ProbeResult, ProbeTarget } from './health-check.ts'
import { type HealthState, initialHealth, nextHealth } from './health-state.ts'
import { type ProbeOptions, probe } from './probe.ts'

/** The first probe of an endpoint comes within so much of its coming, by chance, or sooner. */
const START_JITTER_MAX_MS = 1_000

/**
 * A failure that comes so much later than its timeout was held up in this process, which had no
 * processor or was blocked: it says nothing of the endpoint. It does not count, but for the second
 * one in a row: a way of asking that always comes late must not hide a failure for ever.
 */
const LATE_MS = 100

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
  /**
   * Until its first pass an endpoint is asked so often, and that pass is enough, so that it serves
   * as soon as it can. Default: the check's interval, and its rise after a first failure.
   */
  readonly startingIntervalMs?: number
  readonly scheduler?: Scheduler
  /** In [0, 1); spreads the first probes. Default Math.random. */
  readonly random?: () => number
}

/** Asks once. Must not reject. */
export type Ask = (signal: AbortSignal) => Promise<ProbeResult>

interface Watched {
  /** What tells one way of probing from another; undefined: it is never the same. */
  readonly key: string | undefined
  readonly timing: CheckTiming
  readonly ask: Ask
  readonly aborter: AbortController
  state: HealthState
  hasPassed: boolean
  /** The last result came too late to count. */
  forgiven: boolean
  detail: string
  cancelTimer: () => void
}

/** Probes any number of endpoints, each at its own interval, never twice at the same time. */
export class HealthMonitor {
  readonly #onChange: (report: HealthReport) => void
  readonly #initiallyPassing: boolean
  readonly #probe: NonNullable<HealthMonitorOptions['probe']>
  readonly #startingIntervalMs: number | undefined
  readonly #scheduler: Scheduler
  readonly #random: () => number
  readonly #watched = new Map<string, Watched>()

  constructor(options: HealthMonitorOptions) {
    this.#onChange = options.onChange
    this.#initiallyPassing = options.initiallyPassing ?? true
    this.#probe = options.probe ?? probe
    this.#startingIntervalMs = options.startingIntervalMs
    this.#scheduler = options.scheduler ?? systemScheduler
    this.#random = options.random ?? Math.random
  }

  /**
   * Begins to probe an endpoint. One that is probed already at the same place and in the same way goes
   * on undisturbed; at another place or in another way it begins anew.
   */
  add(id: string, target: ProbeTarget, check: HealthCheck): void {
    const { address, port } = target
    const key = JSON.stringify([address, port, check])
    if (this.#watched.get(id)?.key === key) return
    const ask: Ask = (signal) => this.#probe({ address, port }, check, { signal })
    this.#begin(id, key, check, ask)
  }

  /** Begins to ask in a way of the caller's own. */
  watch(id: string, timing: CheckTiming, ask: Ask): void {
    this.#begin(id, undefined, timing, ask)
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

  #begin(id: string, key: string | undefined, timing: CheckTiming, ask: Ask): void {
    this.remove(id)
    const watched: Watched = {
      key,
      timing,
      ask,
      aborter: new AbortController(),
      state: initialHealth(this.#initiallyPassing),
      hasPassed: false,
      forgiven: false,
      detail: '',
      cancelTimer: () => {},
    }
    this.#watched.set(id, watched)
    const jitterMs = this.#random() * Math.min(timing.intervalMs, START_JITTER_MAX_MS)
    this.#askAfter(jitterMs, id, watched)
  }

  #askAfter(delayMs: number, id: string, watched: Watched): void {
    watched.cancelTimer = this.#scheduler.after(delayMs, () => {
      const startedMs = this.#scheduler.nowMs()
      void watched.ask(watched.aborter.signal).then((result) => {
        if (watched.aborter.signal.aborted) return
        const elapsedMs = this.#scheduler.nowMs() - startedMs
        const late = !result.passed && elapsedMs > watched.timing.timeoutMs + LATE_MS
        watched.forgiven = late && !watched.forgiven
        const changed = !watched.forgiven && this.#take(watched, result)
        this.#askAfter(Math.max(0, this.#intervalMs(watched) - elapsedMs), id, watched)
        if (changed) this.#onChange(reportOf(id, watched))
      })
    })
  }

  #intervalMs({ hasPassed, timing }: Watched): number {
    const startingMs = this.#startingIntervalMs
    if (hasPassed || startingMs === undefined) return timing.intervalMs
    return Math.min(startingMs, timing.intervalMs)
  }

  /** Says whether there is something to report. */
  #take(watched: Watched, result: ProbeResult): boolean {
    const former = watched.state
    const isStarting = this.#startingIntervalMs !== undefined && !watched.hasPassed
    const { rise, fall } = watched.timing
    watched.state = nextHealth(former, result.passed, { rise: isStarting ? 1 : rise, fall })
    watched.hasPassed ||= result.passed
    watched.detail = result.detail
    return watched.state.passing !== former.passing || !former.checked
  }
}

function reportOf(id: string, watched: Watched): HealthReport {
  const { passing, checked } = watched.state
  return { id, passing, checked, detail: watched.detail }
}
