import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { DataInput } from '../client/multi.ts'
import {
  type Perseverance,
  persevere,
  type Timing,
  withMayHaveHappened,
} from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { MultiError } from '../errors/multi-error.ts'
import { BadVersionError, NoNodeError, NotEmptyError } from '../errors/server-errors.ts'
import { joinPath, nodeName } from '../protocol/path.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../protocol/records/acl.ts'
import type { Stat } from '../protocol/records/stat.ts'
import { ChangeCounter } from './change-counter.ts'
import { isOvertaken } from './is-overtaken.ts'

/** Settings of a `DoubleBarrier`. */
export interface DoubleBarrierOptions extends Timing {
  /** What the member's znode says, for people (default: host name and process id). (kazoo: `identifier`) */
  readonly data?: DataInput | undefined
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
}

/** All members' znodes are named by the one transaction that opens the barrier: together they stay below its limit of 1 MiB. */
const MAX_CLIENTS = 1_000
/** How long somebody who gives up waits for the server's word that he is out. */
const GIVE_UP_TIMEOUT_MS = 2_000

/** A member in a round. */
interface Place {
  readonly member: string
  readonly sessionId: bigint
  /** The transaction that began the round. */
  roundZxid: bigint
}

/**
 * Begins and ends a computation together: `enter` resolves when so many have entered, `leave` when all of them have left (kazoo:
 * `DoubleBarrier`; Curator: `DistributedDoubleBarrier`, `memberQty`). More may enter than are waited for: who comes while others are
 * in is let in at once, and waited for at the end.
 *
 * Below the path lies `members`, with an ephemeral znode for each member. One transaction opens the barrier, on condition that
 * all whom it counted are still there, by writing to `members`; giving up is another, on condition that it is not open. So all agree on
 * who got through: nobody is counted who has given up, and nobody gives up who was counted. The last to leave deletes `members`,
 * which ZooKeeper refuses while anybody is in; what members that died have left of an open round is cleared
 * away by the first of the next one. The layout is not that of kazoo and Curator, where a round can pass through what the last one left
 * behind: do not share a path with them.
 *
 * A lost connection only delays. With the session a member's znode is gone: `enter` then enters anew by itself; after `enter`
 * the others do not wait for this member any more (`participating` is false), while its own `leave` still waits for them.
 */
export class DoubleBarrier {
  readonly path: string
  /** How many must enter before any gets through. */
  readonly numClients: number
  readonly #client: ZooKeeper
  readonly #options: DoubleBarrierOptions
  readonly #acl: readonly Acl[]
  readonly #members: string
  readonly #changes = new ChangeCounter()
  #isEntering = false
  #place: Place | undefined

  /** Throws an `InvalidOptionError` unless `numClients` is a whole number from 1 to 1,000. */
  constructor(
    client: ZooKeeper,
    path: string,
    numClients: number,
    options: DoubleBarrierOptions = {},
  ) {
    if (!Number.isInteger(numClients) || numClients < 1 || numClients > MAX_CLIENTS) {
      throw new InvalidOptionError(`numClients must be from 1 to ${MAX_CLIENTS}, not ${numClients}`)
    }
    this.path = path
    this.numClients = numClients
    this.#client = client
    this.#options = options
    this.#acl = options.acl ?? OPEN_ACL_UNSAFE
    this.#members = joinPath(path, 'members')
  }

  /** Whether this one has entered and the others will wait for it: not any more after `leave`, or when its session is lost. */
  get participating(): boolean {
    return this.#place !== undefined && this.#place.sessionId === this.#client.sessionId
  }

  /**
   * Resolves when `numClients` have entered, this one included. When `signal` or `timeoutMs` end it, it rejects and is not counted by
   * anybody, and may be called again; with `mayHaveHappened` true the connection is away, and nobody can know whether the
   * others got through with this one among them until it is back. Rejects with an `InvalidOptionError` for one that is in already.
   */
  async enter(options: CallOptions = {}): Promise<void> {
    if (this.#isEntering || this.#place !== undefined) {
      throw new InvalidOptionError('this one has entered already', { path: this.path })
    }
    this.#isEntering = true
    try {
      await persevere(options, this.#options, (perseverance) => this.#enter(perseverance))
    } finally {
      this.#isEntering = false
    }
  }

  /**
   * Says that this one is done, and resolves when all are. When `signal` or `timeoutMs` end it, it has left nevertheless: nobody
   * waits for it. Resolves at once for one that has not entered.
   */
  async leave(options: CallOptions = {}): Promise<void> {
    const place = this.#place
    if (place === undefined) return
    this.#place = undefined
    await persevere(options, this.#options, async (perseverance) => {
      const { retry, signal } = perseverance
      try {
        await retry(() => this.#delete(place.member, { signal }))
      } catch (error) {
        this.#deleteLater(place.member)
        throw error
      }
      await this.#untilAllHaveLeft(place, perseverance)
    })
  }

  async #enter(perseverance: Perseverance): Promise<void> {
    for (;;) {
      const member = joinPath(this.#members, randomUUID())
      try {
        const place = await this.#join(member, perseverance)
        if (place !== undefined && (await this.#untilOpen(place, perseverance))) {
          this.#place = place
          return
        }
      } catch (error) {
        this.#place = await this.#giveUp(member, error)
        return
      }
    }
  }

  /** Makes the member's znode in the round that is under way; undefined when the session ended meanwhile. */
  async #join(member: string, perseverance: Perseverance): Promise<Place | undefined> {
    const { retry, signal } = perseverance
    const { data = `${hostname()}-${process.pid}` } = this.#options
    for (;;) {
      const { version } = await this.#round(perseverance)
      const isJoined = await this.#transact(perseverance, [
        { type: 'check', path: this.#members, version },
        { type: 'create', path: member, data, mode: 'ephemeral', acl: this.#acl },
      ])
      // When it was made before and the answer lost, it is refused now.
      const stat = await retry(() => this.#client.exists(member, { signal }))
      if (stat?.ephemeralOwner === this.#client.sessionId) {
        return { member, sessionId: stat.ephemeralOwner, roundZxid: 0n }
      }
      if (isJoined) return undefined
    }
  }

  /** The Stat of `members`, made where there is none. A version above 0 says that the barrier is open. */
  async #round({ retry, signal }: Perseverance): Promise<Stat> {
    for (;;) {
      const stat = await retry(() => this.#client.exists(this.#members, { signal }))
      if (stat === undefined) {
        await retry(() => this.#client.ensurePath(this.#members, { acl: this.#acl, signal }))
      } else if (stat.version > 0 && stat.numChildren === 0) {
        await retry(() => this.#delete(this.#members, { version: stat.version, signal }))
      } else return stat
    }
  }

  /**
   * Waits until the barrier is open; false when the session ended before. Only its opening is watched: whoever completes the
   * number reads after its own znode was made, so it sees all and opens.
   */
  async #untilOpen(place: Place, perseverance: Perseverance): Promise<boolean> {
    const { retry, signal } = perseverance
    for (;;) {
      const seen = this.#changes.count
      const found = await retry(() =>
        this.#client.getDataOrNull(this.#members, { watch: this.#changes.note, signal }),
      )
      if (found === null || place.sessionId !== this.#client.sessionId) return false
      // It cannot be deleted while our znode is in it.
      place.roundZxid = found.stat.czxid
      if (found.stat.version > 0) return true
      if (found.stat.numChildren < this.numClients) await this.#changes.beyond(seen, signal)
      else await this.#open(place, perseverance)
    }
  }

  /** Opens the barrier if those who make up the number are all still there. */
  async #open(place: Place, perseverance: Perseverance): Promise<void> {
    const { retry, signal } = perseverance
    const found = await retry(() => this.#children(signal))
    const others = (found?.children ?? [])
      .map((name) => joinPath(this.#members, name))
      .filter((path) => path !== place.member)
      .slice(0, this.numClients - 1)
    if (others.length < this.numClients - 1) return
    await this.#transact(perseverance, [
      ...[place.member, ...others].map((path) => ({ type: 'check', path, version: -1 }) as const),
      { type: 'setData', path: this.#members, data: 'open', version: 0 },
    ])
  }

  /** Takes back what was done to enter, unless the barrier has opened meanwhile: then gives the place. Else throws the error. */
  async #giveUp(member: string, error: unknown): Promise<Place | undefined> {
    const timeoutMs = GIVE_UP_TIMEOUT_MS
    try {
      if (this.#client.state !== 'connected') throw error
      await this.#client.multi(
        [
          { type: 'check', path: this.#members, version: 0 },
          { type: 'delete', path: member },
        ],
        { timeoutMs },
      )
    } catch (failure) {
      const isOpen = failure instanceof MultiError && failure.error instanceof BadVersionError
      const stat = isOpen ? await this.#statOf(member, { timeoutMs }) : undefined
      if (stat?.ephemeralOwner === this.#client.sessionId) {
        const members = await this.#statOf(this.#members, { timeoutMs })
        return { member, sessionId: stat.ephemeralOwner, roundZxid: members?.czxid ?? 0n }
      }
      if (!(failure instanceof MultiError)) {
        this.#deleteLater(member)
        throw withMayHaveHappened(error, true)
      }
    }
    throw withMayHaveHappened(error, false)
  }

  async #untilAllHaveLeft(place: Place, { retry, signal }: Perseverance): Promise<void> {
    for (;;) {
      const seen = this.#changes.count
      const found = await retry(() => this.#children(signal))
      // Another round may be under way already.
      if (found === null || found.stat.czxid !== place.roundZxid) return
      const { version } = found.stat
      if (found.children.length === 0) {
        await retry(() => this.#delete(this.#members, { version, signal }))
        continue
      }
      const awaited = joinPath(this.#members, successor(found.children, nodeName(place.member)))
      const watch = this.#changes.note
      const stat = await retry(() => this.#client.exists(awaited, { watch, signal }))
      if (stat !== undefined) await this.#changes.beyond(seen, signal)
    }
  }

  async #children(
    signal: AbortSignal,
  ): Promise<{ readonly children: readonly string[]; readonly stat: Stat } | null> {
    try {
      return await this.#client.getChildren2(this.#members, { signal })
    } catch (error) {
      if (error instanceof NoNodeError) return null
      throw error
    }
  }

  /** Says whether the transaction happened; false when the tree has changed since it was read, or it happened before. */
  #transact(
    { retry, signal }: Perseverance,
    operations: Parameters<ZooKeeper['multi']>[0],
  ): Promise<boolean> {
    return retry(async () => {
      try {
        await this.#client.multi(operations, { signal })
        return true
      } catch (error) {
        if (error instanceof MultiError && isOvertaken(error.error)) return false
        throw error
      }
    })
  }

  /** Deletes a znode if it is there, still has the version, and has no children. */
  async #delete(
    path: string,
    options: CallOptions & { readonly version?: number | undefined },
  ): Promise<void> {
    try {
      await this.#client.delete(path, options)
    } catch (error) {
      if (!isOvertaken(error) && !(error instanceof NotEmptyError)) throw error
    }
  }

  /** For nobody to wait for: as soon as there is a connection. It goes with its session at the latest. */
  #deleteLater(member: string): void {
    persevere({}, this.#options, ({ retry }) => retry(() => this.#delete(member, {}))).catch(
      () => undefined,
    )
  }

  async #statOf(path: string, options: CallOptions): Promise<Stat | undefined> {
    return this.#client.exists(path, options).catch(() => undefined)
  }
}

/** Whom to wait for: each waits for another one, so that one who goes does not wake all. */
export function successor(names: readonly string[], own: string): string {
  const sorted = [...names].sort()
  return sorted.find((name) => name > own) ?? sorted[0] ?? own
}
