import { type PoolStep, stepPool } from '../../model/effective-endpoints/effective-endpoints.ts'
import type { PoolInput } from '../../model/effective-endpoints/input.ts'
import { EMPTY_POOL_MEMORY, type PoolMemory } from '../../model/effective-endpoints/memory.ts'
import { rememberServed } from '../../model/effective-endpoints/served.ts'
import type { Override } from '../../model/resources/override.ts'
import type { ServiceSettings } from '../../model/view/service-settings.ts'
import type { Endpoint } from '../../model/view/view.ts'
import type { ServiceWatch } from '../registry/service-watch.ts'
import type { StoredPool } from './node-state.ts'

/** A service whose registrations cannot be read is no reason to keep a whole revision waiting longer. */
const READY_AFTER_MS = 10_000

export type Health = PoolInput['health']

export interface PoolOptions {
  readonly settings: ServiceSettings
  readonly checkedBy: PoolInput['checkedBy']
  /** From the disk. */
  readonly stored: StoredPool | undefined
  /** What the engine has of it when the pool begins. */
  readonly served: readonly Endpoint[]
  readonly nowMs: number
}

/** One service on this node: what is known of it, and what the engine shall have. */
export class Pool {
  settings: ServiceSettings
  watch: ServiceWatch | undefined
  health: Health = new Map()
  readonly #checkedBy: PoolInput['checkedBy']
  readonly #stored: StoredPool | undefined
  readonly #sinceMs: number
  #memory: PoolMemory
  #everSynced = false
  #endpoints: readonly Endpoint[] = []
  #step: PoolStep | undefined

  constructor({ settings, checkedBy, stored, served, nowMs }: PoolOptions) {
    this.settings = settings
    this.#checkedBy = checkedBy
    this.#stored = stored
    // Of a pool that nothing is stored of it is not known that these were its endpoints, and not another path's.
    this.#memory =
      stored === undefined
        ? EMPTY_POOL_MEMORY
        : rememberServed(stored.memory, { endpoints: served, checkedBy }, nowMs)
    this.#sinceMs = nowMs
  }

  /** The same array as long as they are the same. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints
  }

  get step(): PoolStep | undefined {
    return this.#step
  }

  get memory(): PoolMemory {
    return this.#memory
  }

  /** Whether ZooKeeper's word on it is the newest. */
  get synced(): boolean {
    return this.watch?.synced ?? false
  }

  get overrides(): ReadonlyMap<string, Override> {
    return this.#everSynced && this.watch !== undefined
      ? this.watch.overrides
      : new Map(this.#stored?.overrides)
  }

  /** Whether its endpoints are worth more than none: before, no engine is started on them. */
  isReady(nowMs: number): boolean {
    const known = this.#everSynced || this.#stored !== undefined || this.#isStatic
    return known || nowMs >= this.#sinceMs + READY_AFTER_MS
  }

  /** Decides anew. Returns whether the endpoints are other ones. */
  decide(nowMs: number): boolean {
    if (this.synced) this.#everSynced = true
    const before = this.#step
    const step = stepPool(this.#memory, this.#input(), nowMs)
    this.#step = step
    this.#memory = step.memory
    const isSame = sameEndpoints(this.#endpoints, step.endpoints)
    if (!isSame) this.#endpoints = step.endpoints
    return before === undefined || !isSame
  }

  #input(): PoolInput {
    const { settings, watch } = this
    const { source } = settings
    const isStatic = source.type === 'static'
    const releasedAtMs = watch?.releasedAtMs
    return {
      service: settings.name,
      registered: isStatic
        ? new Map(source.endpoints.map((endpoint) => [endpoint.id, endpoint]))
        : (watch?.registrations.valid ?? new Map()),
      invalid: watch?.registrations.invalid ?? new Map(),
      overrides: this.overrides,
      ...(releasedAtMs === undefined ? {} : { releasedAtMs }),
      health: this.health,
      checkedBy: this.#checkedBy,
      // What is written in the Service is known whether ZooKeeper is there or not.
      registry: isStatic || this.synced ? 'synced' : 'away',
      protection: isStatic ? undefined : settings.protection,
    }
  }

  get #isStatic(): boolean {
    return this.settings.source.type === 'static'
  }
}

function sameEndpoints(a: readonly Endpoint[], b: readonly Endpoint[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, index) => {
      const other = b[index]
      return (
        other !== undefined &&
        one.id === other.id &&
        one.state === other.state &&
        one.weight === other.weight &&
        one.port === other.port &&
        one.address === other.address
      )
    })
  )
}
