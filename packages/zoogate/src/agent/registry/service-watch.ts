import { nodeName, type ZooKeeper } from '@zoogate/zookeeper'
import type { Logger } from 'pino'
import { Value } from 'typebox/value'
import { type Override, OverrideSchema, ReleaseSchema } from '../../model/resources/override.ts'
import type { AddressRules } from '../address-rules.ts'
import { FollowedTree, type PathChange } from './followed-tree.ts'
import { Registrations } from './registrations.ts'

/** An operator's word is short. */
const OVERRIDE_BYTES_MAX = 16 * 1024

export interface ServiceWatchOptions {
  readonly client: ZooKeeper
  /** Undefined: the endpoints are written in the Service. */
  readonly discoveryPath: string | undefined
  readonly overridesPath: string
  readonly addresses: AddressRules
  /** After every change, in the same tick; what came together is told once. */
  readonly onChange: () => void
  readonly log: Logger
}

/** What ZooKeeper says of one service: its registrations, and operators' words on them. */
export class ServiceWatch {
  readonly registrations: Registrations
  readonly #options: ServiceWatchOptions
  readonly #overrides = new Map<string, Override>()
  #releasedAtMs: number | undefined
  readonly #discovered: FollowedTree | undefined
  readonly #overridden: FollowedTree

  constructor(options: ServiceWatchOptions) {
    this.#options = options
    const { client, discoveryPath, overridesPath, addresses, log } = options
    this.registrations = new Registrations(discoveryPath ?? '', addresses)
    this.#overridden = new FollowedTree({
      client,
      path: overridesPath,
      maxDepth: 1,
      onChange: (changes) => this.#takeOverrides(changes),
      log,
    })
    if (discoveryPath === undefined) return
    this.#discovered = new FollowedTree({
      client,
      path: discoveryPath,
      maxDepth: 1,
      onChange: (changes) => this.#takeRegistrations(changes),
      log,
    })
  }

  /** Whether both the registrations and the overrides are what the server holds now. */
  get synced(): boolean {
    return this.#overridden.synced && (this.#discovered?.synced ?? true)
  }

  /** By instance. */
  get overrides(): ReadonlyMap<string, Override> {
    return this.#overrides
  }

  get releasedAtMs(): number | undefined {
    return this.#releasedAtMs
  }

  async close(): Promise<void> {
    await Promise.all([this.#discovered?.close(), this.#overridden.close()])
  }

  #takeRegistrations(changes: readonly PathChange[]): void {
    for (const change of changes) {
      if (change.path === this.#options.discoveryPath) continue
      const name = nodeName(change.path)
      if (change.gone) this.registrations.delete(name)
      else this.registrations.set(name, change.data)
    }
    this.#options.onChange()
  }

  #takeOverrides(changes: readonly PathChange[]): void {
    for (const change of changes) {
      const value = change.gone ? undefined : this.#read(change.path, change.data)
      if (change.path === this.#options.overridesPath) {
        this.#releasedAtMs = Value.Check(ReleaseSchema, value) ? value.releasedAt : undefined
      } else if (Value.Check(OverrideSchema, value)) {
        this.#overrides.set(nodeName(change.path), value)
      } else this.#overrides.delete(nodeName(change.path))
    }
    this.#options.onChange()
  }

  /** Undefined where it is not JSON: an override that cannot be read has no effect. */
  #read(path: string, data: Buffer | null): unknown {
    if (data === null || data.length === 0) return undefined
    try {
      if (data.length <= OVERRIDE_BYTES_MAX) return JSON.parse(data.toString('utf8'))
    } catch {
      // Said below.
    }
    this.#options.log.warn({ path }, 'an override cannot be read, and has no effect')
    return undefined
  }
}
