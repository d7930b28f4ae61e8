import type { Logger } from 'pino'
import type { ServicePool } from '../../../model/view/view.ts'
import { type MemberPool, membersOf } from '../render/member.ts'
import { type Growth, nextStepMs, type Starts, startKey, startsOf } from '../render/slow-start.ts'

export type GrowingPool = MemberPool &
  Pick<ServicePool, 'name' | 'algorithm' | 'sessionPersistence'>

export interface GrowingPoolsOptions {
  /** Gives httpd the shares of these as they are now. A failure is logged, and the next step makes up for it. */
  readonly step: (pools: readonly GrowingPool[]) => Promise<void>
  readonly nowMs: () => number
  readonly log: Logger
}

/** When a step that failed is taken again, where no other is due. */
const AGAIN_MS = 1_000

/**
 * The pools whose endpoints start slowly: whose share grows, and when its next step is due. There is no
 * timer while none does.
 */
export class GrowingPools {
  readonly #options: GrowingPoolsOptions
  readonly #pools = new Map<string, { readonly pool: GrowingPool; readonly starts: Starts }>()
  /** Of whom httpd may have been given less than their whole share. */
  readonly #unsettled = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #dueMs = Infinity
  #closed = false

  constructor(options: GrowingPoolsOptions) {
    this.#options = options
  }

  knows(service: string): boolean {
    return this.#pools.has(service)
  }

  /** Of a former agent's time, as httpd tells; of no effect where more is known. */
  adopt(pool: GrowingPool, starts: Starts): void {
    if (!this.knows(pool.name)) this.#set(pool, starts)
  }

  /** httpd is about to have these endpoints. Of a service that nothing is known of, none starts slowly. */
  give(pool: GrowingPool): void {
    if (pool.slowStartMs === undefined) {
      this.#forget(pool.name)
      return
    }
    const keys = membersOf(pool)
      .filter(({ weight }) => weight > 0)
      .map((member) => startKey(member.route, member.place))
    const before = this.#pools.get(pool.name)?.starts
    this.#set(pool, startsOf(before, keys, this.#options.nowMs()))
  }

  keepOnly(services: readonly string[]): void {
    for (const name of this.#pools.keys()) if (!services.includes(name)) this.#forget(name)
  }

  growthOf(service: string): Growth | undefined {
    const known = this.#pools.get(service)
    return known && { starts: known.starts, nowMs: this.#options.nowMs() }
  }

  /** To be given to httpd anew, as they are now. */
  get unsettled(): readonly GrowingPool[] {
    return [...this.#unsettled].flatMap((name) => this.#pools.get(name)?.pool ?? [])
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #set(pool: GrowingPool, starts: Starts): void {
    this.#pools.set(pool.name, { pool, starts })
    if ([...starts.values()].some((sinceMs) => sinceMs !== undefined))
      this.#unsettled.add(pool.name)
    this.#setTimer()
  }

  #forget(service: string): void {
    this.#pools.delete(service)
    this.#unsettled.delete(service)
  }

  #nextStepMs(service: string): number | undefined {
    const known = this.#pools.get(service)
    if (known?.pool.slowStartMs === undefined) return undefined
    const nowMs = this.#options.nowMs()
    return nextStepMs({ starts: known.starts, nowMs }, known.pool.slowStartMs)
  }

  /** Never later than it was to come: changes that follow one another put no step off. */
  #setTimer(): void {
    if (this.#unsettled.size === 0 || this.#closed) return
    const nowMs = this.#options.nowMs()
    const inMs = Math.min(...[...this.#unsettled].map((name) => this.#nextStepMs(name) ?? AGAIN_MS))
    if (nowMs + inMs >= this.#dueMs) return
    clearTimeout(this.#timer)
    this.#dueMs = nowMs + inMs
    this.#timer = setTimeout(() => void this.#step(), Math.ceil(inMs))
  }

  async #step(): Promise<void> {
    const { step, log } = this.#options
    const pools = this.unsettled
    const grown = pools.filter(({ name }) => this.#nextStepMs(name) === undefined)
    try {
      if (pools.length > 0) await step(pools)
      for (const pool of grown) {
        if (this.#pools.get(pool.name)?.pool === pool) this.#unsettled.delete(pool.name)
      }
    } catch (error) {
      log.debug({ err: error }, 'a step of slow starts was not taken')
    }
    this.#dueMs = Infinity
    this.#setTimer()
  }
}
