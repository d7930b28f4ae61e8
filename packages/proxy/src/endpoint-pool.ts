import { createPicker, type Picker, type RequestOutcome } from '@zoogate/balancer/policies'
import type { EndpointConfig, PoolConfig } from './config.ts'
import { type EndpointSlot, SharedUpstream } from './endpoint-slot.ts'
import type { Health, HealthWatch, HealthWatchFactory } from './health-watch.ts'
import type { Wire } from './wire.ts'

export interface EndpointPoolOptions {
  readonly wire: Wire
  readonly watchHealth: HealthWatchFactory
  readonly random: () => number
  readonly nowMs: () => number
}

export interface EndpointObservation {
  readonly endpoint: EndpointConfig
  readonly health: Health
  /** Requests sent to it and not answered whole. */
  readonly active: number
}

/**
 * The endpoints of one service: picks, session persistence, health. It lives as long as a
 * configuration names it, so that connections and what was learned survive a structure change.
 */
export class EndpointPool {
  readonly #options: EndpointPoolOptions
  #config: PoolConfig
  #slots = new Map<string, EndpointSlot>()
  #picker: Picker<EndpointSlot>
  #health: HealthWatch | undefined
  readonly #active = new Map<string, number>()

  constructor(config: PoolConfig, options: EndpointPoolOptions) {
    this.#options = options
    this.#config = config
    this.#picker = createPicker(config.algorithm, options)
    this.#startHealth()
    this.#rebuild()
  }

  get sessionCookie(): string | undefined {
    return this.#config.sessionCookie
  }

  /** Takes over settings and endpoints. Requests under way keep what they were given. */
  configure(config: PoolConfig): void {
    const before = this.#config
    this.#config = config
    if (config.algorithm !== before.algorithm) {
      this.#picker = createPicker(config.algorithm, this.#options)
    }
    if (JSON.stringify(config.healthCheck) !== JSON.stringify(before.healthCheck)) {
      this.#health?.close()
      this.#health = undefined
      this.#startHealth()
    }
    this.#rebuild()
  }

  /** The live change: only the endpoints are others. */
  setEndpoints(endpoints: readonly EndpointConfig[]): void {
    this.configure({ ...this.#config, endpoints })
  }

  /** Undefined: no endpoint can take the request. */
  pick(hashKey: string, excluded: ReadonlySet<string> | undefined): EndpointSlot | undefined {
    return this.#picker.pick(excluded === undefined ? { hashKey } : { hashKey, excluded })
  }

  /** The endpoint that a session belongs to, while it may take the session's requests. */
  session(endpointId: string): EndpointSlot | undefined {
    const slot = this.#slots.get(endpointId)
    if (slot === undefined || slot.endpoint.state === 'down') return undefined
    return slot.health === 'failing' ? undefined : slot
  }

  /** Counts a request to an endpoint. What it returns is to be called once, when the request is over. */
  begin(slot: EndpointSlot): (outcome: RequestOutcome) => void {
    const picker = this.#picker
    this.#active.set(slot.id, (this.#active.get(slot.id) ?? 0) + 1)
    picker.onStart(slot)
    return (outcome) => {
      const active = (this.#active.get(slot.id) ?? 1) - 1
      if (active > 0) this.#active.set(slot.id, active)
      else this.#active.delete(slot.id)
      picker.onEnd(slot, outcome)
    }
  }

  observe(): readonly EndpointObservation[] {
    return [...this.#slots.values()].map(({ endpoint }) => ({
      endpoint,
      health: this.#health?.health(endpoint.id) ?? 'unknown',
      active: this.#active.get(endpoint.id) ?? 0,
    }))
  }

  /** Nobody names the pool any more: requests under way finish. */
  retire(): void {
    this.#health?.close()
    for (const { connection } of this.#slots.values()) connection.retire()
    this.#slots.clear()
    this.#picker.update([])
  }

  destroy(): void {
    for (const { connection } of this.#slots.values()) connection.destroy()
    this.retire()
  }

  #startHealth(): void {
    if (this.#config.healthCheck === undefined) return
    this.#health = this.#options.watchHealth(this.#config.healthCheck, () => this.#rebuild())
  }

  #rebuild(): void {
    const before = this.#slots
    const slots = new Map<string, EndpointSlot>()
    // `down` is somebody's word, not our finding: such an endpoint is not even asked.
    this.#health?.update(this.#config.endpoints.filter(({ state }) => state !== 'down'))
    for (const endpoint of this.#config.endpoints) {
      const connection = this.#connection(before.get(endpoint.id)?.connection, endpoint)
      if (endpoint.state === 'down') connection.retire()
      const health = this.#health?.health(endpoint.id) ?? 'unknown'
      const state = health === 'failing' ? 'down' : endpoint.state
      const { id, weight } = endpoint
      slots.set(id, { id, weight, state, endpoint, health, connection })
    }
    for (const [id, slot] of before) {
      if (slots.get(id)?.connection !== slot.connection) slot.connection.retire()
    }
    this.#slots = slots
    this.#picker.update([...slots.values()])
  }

  #connection(before: SharedUpstream | undefined, endpoint: EndpointConfig): SharedUpstream {
    const { connectionsMax, connectTimeoutMs } = this.#config
    const { address, port } = endpoint
    const key = JSON.stringify([address, port, connectionsMax, connectTimeoutMs])
    if (before?.key === key) return before
    return new SharedUpstream(key, () =>
      this.#options.wire({ address, port, connectionsMax, connectTimeoutMs }),
    )
  }
}
