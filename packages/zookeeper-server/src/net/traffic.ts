/** Counts of packets and latencies, of one connection or of a server (ServerStats.java). */
export class Traffic {
  received = 0
  sent = 0
  #answered = 0
  #totalMs = 0
  #minMs = Number.POSITIVE_INFINITY
  #maxMs = 0

  answered(latencyMs: number): void {
    this.#answered++
    this.#totalMs += latencyMs
    if (latencyMs < this.#minMs) this.#minMs = latencyMs
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs
  }

  get minMs(): number {
    return this.#answered === 0 ? 0 : Math.floor(this.#minMs)
  }

  get averageMs(): number {
    return this.#answered === 0 ? 0 : this.#totalMs / this.#answered
  }

  get maxMs(): number {
    return Math.floor(this.#maxMs)
  }
}
