import type { ServiceSettings } from '../../model/view/service-settings.ts'
import type { Endpoint } from '../../model/view/view.ts'
import type { ServiceWatch } from '../registry/service-watch.ts'
import { poolKey } from './candidate.ts'
import type { StoredPool } from './node-state.ts'
import { type Health, Pool } from './pool.ts'

/** A timer for a time further away than this is set again when it comes. */
const SLEEP_MAX_MS = 60_000

export interface PoolsOptions {
  readonly checkedBy: 'engine' | 'agent'
  readonly stored: readonly StoredPool[]
  /** What the engine has of a service: asked when its pool begins. */
  readonly served: (service: string) => readonly Endpoint[]
  readonly nowMs: () => number
  /** The endpoints of some service are other ones. */
  readonly onEndpoints: () => void
  /** Something was decided, be it the same as before. */
  readonly onDecision: () => void
}

/** Begins to follow a service in ZooKeeper. */
export type Follow = (service: ServiceSettings, onChange: () => void) => ServiceWatch

/** The pools of all services that this node needs, each decided on when something about it changes. */
export class Pools {
  readonly #options: PoolsOptions
  readonly #pools = new Map<string, Pool>()
  /** From the disk, each until it is used: a pool that comes back later begins anew. */
  readonly #stored: Map<string, StoredPool>
  #follow: Follow | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: PoolsOptions) {
    this.#options = options
    this.#stored = new Map(options.stored.map((stored) => [stored.key, stored]))
  }

  /** Sorted by the services' names. */
  get all(): readonly Pool[] {
    return [...this.#pools.values()].sort((a, b) => (a.settings.name < b.settings.name ? -1 : 1))
  }

  of(service: ServiceSettings): Pool | undefined {
    return this.#pools.get(poolKey(service))
  }

  /** From now on ZooKeeper is there to be followed. */
  follow(follow: Follow): void {
    this.#follow = follow
    for (const pool of this.#pools.values()) this.#watch(pool)
  }

  /** Keeps pools for these services and no others. Where two are one pool, the later one counts. */
  need(services: readonly ServiceSettings[]): void {
    const { checkedBy, served, nowMs } = this.#options
    const needed = new Map(services.map((service) => [poolKey(service), service]))
    for (const [key, pool] of this.#pools) {
      if (needed.has(key)) continue
      this.#pools.delete(key)
      void pool.watch?.close()
    }
    for (const [key, settings] of needed) {
      const known = this.#pools.get(key)
      if (known !== undefined) {
        known.settings = settings
        continue
      }
      const stored = this.#stored.get(key)
      this.#stored.delete(key)
      const pool = new Pool({
        settings,
        checkedBy,
        stored,
        served: served(settings.name),
        nowMs: nowMs(),
      })
      this.#pools.set(key, pool)
      this.#watch(pool)
    }
    this.decideAll()
  }

  /** What the checks see of a service. */
  setHealth(pool: Pool, health: Health): void {
    if (sameHealth(pool.health, health)) return
    pool.health = health
    this.#decide(pool)
  }

  decideAll(): void {
    for (const pool of this.#pools.values()) this.#decide(pool)
  }

  stored(): readonly StoredPool[] {
    return [...this.#pools].map(([key, pool]) => ({
      service: pool.settings.name,
      key,
      memory: pool.memory,
      overrides: [...pool.overrides],
    }))
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await Promise.all([...this.#pools.values()].map((pool) => pool.watch?.close()))
  }

  #watch(pool: Pool): void {
    if (this.#follow === undefined || pool.watch !== undefined) return
    pool.watch = this.#follow(pool.settings, () => this.#decide(pool))
  }

  #decide(pool: Pool): void {
    if (this.#closed) return
    const { nowMs, onEndpoints, onDecision } = this.#options
    const wasReady = pool.step !== undefined && pool.isReady(nowMs())
    const changed = pool.decide(nowMs())
    if (changed || !wasReady) onEndpoints()
    this.#setTimer()
    onDecision()
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    let earliestMs = Infinity
    for (const pool of this.#pools.values()) {
      earliestMs = Math.min(earliestMs, pool.step?.wakeAtMs ?? Infinity)
    }
    const { nowMs } = this.#options
    if (earliestMs === Infinity || this.#closed) return
    // A timer may be early by a fraction of a millisecond: then it is set once more.
    const delayMs = Math.min(Math.max(1, Math.ceil(earliestMs - nowMs())), SLEEP_MAX_MS)
    this.#timer = setTimeout(() => this.#wake(), delayMs)
  }

  #wake(): void {
    const now = this.#options.nowMs()
    for (const pool of this.#pools.values()) {
      if ((pool.step?.wakeAtMs ?? Infinity) <= now) this.#decide(pool)
    }
    this.#setTimer()
  }
}

function sameHealth(a: Health, b: Health): boolean {
  if (a.size !== b.size) return false
  for (const [id, health] of a) if (b.get(id) !== health) return false
  return true
}
