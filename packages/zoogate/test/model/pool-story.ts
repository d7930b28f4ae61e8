import { type PoolStep, stepPool } from '../../src/model/effective-endpoints/effective-endpoints.ts'
import type { PoolInput } from '../../src/model/effective-endpoints/input.ts'
import { EMPTY_POOL_MEMORY, type PoolMemory } from '../../src/model/effective-endpoints/memory.ts'
import type { Protection } from '../../src/model/view/service-settings.ts'

type Said = 'up' | 'draining' | 'down'
type Changes = Partial<Omit<PoolInput, 'registered'>>

export const PROTECTION: Protection = {
  maxLost: 0.5,
  windowMs: 10_000,
  lingerMs: 5_000,
  holdForMs: 900_000,
}

/** One service followed over a time of its own, told step by step. */
export class PoolStory {
  nowMs = Date.UTC(2026, 0, 1)
  memory: PoolMemory = EMPTY_POOL_MEMORY
  last: PoolStep | undefined
  readonly #registered = new Map<
    string,
    { address: string; port: number; weight: number; state: Said }
  >()
  #input: Omit<PoolInput, 'registered'> = {
    service: 'shop',
    invalid: new Map(),
    overrides: new Map(),
    health: new Map(),
    checkedBy: 'engine',
    registry: 'synced',
    protection: PROTECTION,
  }

  constructor(changes: Changes = {}) {
    this.set(changes)
  }

  set(changes: Changes): this {
    this.#input = { ...this.#input, ...changes }
    return this
  }

  register(...ids: string[]): this {
    return this.say('up', ...ids)
  }

  /** `a` lies at 10.0.0.97; `a@b` is an instance of id a where b lies. */
  say(state: Said, ...names: string[]): this {
    for (const name of names) {
      const [id = '', at = id] = name.split('@')
      this.#registered.set(id, {
        address: `10.0.0.${at.charCodeAt(0)}`,
        port: 80,
        weight: 1,
        state,
      })
    }
    return this
  }

  vanish(...ids: string[]): this {
    for (const id of ids) this.#registered.delete(id)
    return this
  }

  /** Decides, after so many milliseconds. The answer: each endpoint's id, with its state if not up. */
  after(ms = 0): string {
    this.nowMs += ms
    this.last = stepPool(this.memory, { ...this.#input, registered: this.#registered }, this.nowMs)
    // It goes to disk and comes back.
    this.memory = JSON.parse(JSON.stringify(this.last.memory)) as PoolMemory
    return this.last.endpoints
      .map(({ id, state }) => (state === 'up' ? id : `${id}:${state}`))
      .join(' ')
  }

  reasons(): string {
    return (this.last?.differences ?? [])
      .map(({ id, registered, effective, reason }) => `${id} ${registered}>${effective} ${reason}`)
      .join('\n')
  }
}
