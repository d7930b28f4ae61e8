import { Candidates } from './candidates.ts'
import { EndpointTable, type Slot } from './endpoint-table.ts'
import type { PickContext, Picker, PickerEndpoint, RequestOutcome } from './picker.ts'

/** Time in which an old latency loses all but 1/e of its say. Finagle and linkerd: 10 s. */
const DEFAULT_DECAY_MS = 10_000

/** Latency taken for an endpoint that has answered nothing yet but has a request in flight. */
const DEFAULT_LATENCY_MS = 30

/** A failure counts as an answer at least this slow, since failing fast must not attract requests. */
const DEFAULT_FAILURE_LATENCY_MS = 1_000

interface LatencySlot<E extends PickerEndpoint> extends Slot<E> {
  /** Exponentially weighted, jumps up to every new peak; undefined: nothing measured yet. */
  latencyMs: number | undefined
  measuredAtMs: number
}

/**
 * Two weighted draws; the one with the smaller expected wait wins: the peak-sensitive moving average
 * of its latency times its requests in flight (Finagle's PeakEwma, tower's `peak_ewma.rs`). A slow
 * endpoint is left at once, and tried again as its average decays.
 */
export class PeakEwmaPicker<E extends PickerEndpoint> implements Picker<E> {
  readonly #nowMs: () => number
  readonly #table: EndpointTable<E, LatencySlot<E>>
  readonly #candidates: Candidates<E, LatencySlot<E>>

  constructor(random: () => number, nowMs: () => number) {
    this.#nowMs = nowMs
    this.#table = new EndpointTable((slot) => ({
      ...slot,
      latencyMs: undefined,
      measuredAtMs: 0,
    }))
    this.#candidates = new Candidates(random)
  }

  update(endpoints: readonly E[]): void {
    this.#candidates.replace(this.#table.update(endpoints))
  }

  pick(context?: PickContext): E | undefined {
    const first = this.#candidates.one(context)
    if (first === undefined) return undefined
    const other = this.#candidates.other(first, context)
    if (other === first) return first.endpoint
    const nowMs = this.#nowMs()
    return (this.#cost(other, nowMs) < this.#cost(first, nowMs) ? other : first).endpoint
  }

  onStart(endpoint: E): void {
    this.#table.started(endpoint)
  }

  onEnd(endpoint: E, outcome: RequestOutcome): void {
    const slot = this.#table.ended(endpoint)
    if (slot === undefined || !(outcome.latencyMs >= 0)) return
    const measuredMs = outcome.failed
      ? Math.max(outcome.latencyMs, DEFAULT_FAILURE_LATENCY_MS)
      : outcome.latencyMs
    const nowMs = this.#nowMs()
    const averageMs = slot.latencyMs
    if (averageMs === undefined || measuredMs > averageMs) slot.latencyMs = measuredMs
    else {
      const kept = keptShare(nowMs - slot.measuredAtMs)
      slot.latencyMs = averageMs * kept + measuredMs * (1 - kept)
    }
    slot.measuredAtMs = nowMs
  }

  /**
   * The draws honour the weights already; here a weight only says how many requests in flight are
   * normal for the endpoint. Without a measurement it is free while idle, so that it gets its first.
   */
  #cost(slot: LatencySlot<E>, nowMs: number): number {
    if (slot.latencyMs === undefined && slot.inflight === 0) return 0
    const latencyMs =
      slot.latencyMs === undefined
        ? DEFAULT_LATENCY_MS
        : slot.latencyMs * keptShare(nowMs - slot.measuredAtMs)
    const waiting = (slot.inflight * this.#candidates.meanWeight) / slot.endpoint.weight
    return latencyMs * (waiting + 1)
  }
}

function keptShare(elapsedMs: number): number {
  return Math.exp(-Math.max(0, elapsedMs) / DEFAULT_DECAY_MS)
}
