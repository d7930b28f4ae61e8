import { type Perseverance, persevere, type Timing, unlessAborted } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { ConnectionLossError } from '../errors/client-errors.ts'
import { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { parentPath } from '../protocol/path.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../protocol/records/acl.ts'
import { type CounterFormat, decodeCounter, encodeCounter, toCount } from './counter-format.ts'
import { isOvertaken } from './is-overtaken.ts'

/** Settings of a `Counter`. */
export interface CounterOptions extends Timing {
  /** What a counter that does not exist, or has no data, counts from (default 0). */
  readonly default?: bigint | number | undefined
  /** How the number is written (default `decimal`). */
  readonly format?: CounterFormat | undefined
  /** The ACL of the znodes that are made. Default: everybody may do everything. */
  readonly acl?: readonly Acl[] | undefined
}

/** What a change of a counter did (Curator: `AtomicValue`). */
export interface CounterChange {
  /** The counter right before. */
  readonly preValue: bigint
  /** The counter right after. */
  readonly postValue: bigint
}

/** What was read, and what the next write must insist on. */
interface Reading {
  readonly value: bigint
  /** Undefined: there is no znode. */
  readonly version: number | undefined
}

/** The number to write for one that was found; undefined: none. */
type NextValue = (found: bigint) => bigint | undefined

interface Outcome extends CounterChange {
  readonly isWritten: boolean
}

/**
 * A counter that many processes change (kazoo: `Counter`; Curator: `DistributedAtomicLong`, `SharedCount`).
 *
 * A change reads the number and writes the new one on condition that nobody wrote meanwhile, again and again, with growing pauses,
 * until it succeeds or `signal` or `timeoutMs` end it. So it happens exactly once when the promise resolves, and never when it rejects
 * with an error whose `mayHaveHappened` is false. One whose answer was lost is sent again only on the same condition, so it can
 * never count twice; when another version is found then, nobody can know whose it is, and the promise rejects with a
 * `ConnectionLossError` whose `mayHaveHappened` is true. (kazoo and Curator try again there, and may count twice.)
 *
 * Numbers are 64 bits with sign, 32 with the format `int32`; a change beyond rejects with an `InvalidOptionError`, and data that is no
 * number with a `SerializationError`. A `number` must be a safe integer, else that is an `InvalidOptionError` too. Do not delete a counter that is in use:
 * a new one's versions begin anew, and a write could take it for the old one.
 */
export class Counter {
  readonly path: string
  readonly #client: ZooKeeper
  readonly #options: CounterOptions
  readonly #format: CounterFormat
  readonly #default: bigint
  /** One change of ours after another, so that they do not get in each other's way. */
  #last: Promise<unknown> = Promise.resolve()

  /** Throws an `InvalidOptionError` for a default that is no safe integer. */
  constructor(client: ZooKeeper, path: string, options: CounterOptions = {}) {
    this.path = path
    this.#client = client
    this.#options = options
    this.#format = options.format ?? 'decimal'
    this.#default = toCount(options.default ?? 0)
  }

  /** The counter now, as the server that we are connected to knows it. */
  get(options: CallOptions = {}): Promise<bigint> {
    return persevere(options, this.#options, async (perseverance) => {
      const { value } = await this.#read(perseverance)
      return value
    })
  }

  /** Adds a number, which may be negative. */
  async add(delta: bigint | number, options: CallOptions = {}): Promise<CounterChange> {
    const change = toCount(delta)
    return this.#change((value) => value + change, options)
  }

  async subtract(delta: bigint | number, options: CallOptions = {}): Promise<CounterChange> {
    return this.add(-toCount(delta), options)
  }

  increment(options: CallOptions = {}): Promise<CounterChange> {
    return this.add(1n, options)
  }

  decrement(options: CallOptions = {}): Promise<CounterChange> {
    return this.subtract(1n, options)
  }

  /** Sets it whatever it is. (Curator: `trySet`) */
  async set(value: bigint | number, options: CallOptions = {}): Promise<CounterChange> {
    const wanted = toCount(value)
    return this.#change(() => wanted, options)
  }

  /** Sets it if it is what was expected. Says whether it was; nothing is written when it was not. */
  async compareAndSet(
    expected: bigint | number,
    value: bigint | number,
    options: CallOptions = {},
  ): Promise<boolean> {
    const [from, to] = [toCount(expected), toCount(value)]
    const next = (found: bigint) => (found === from ? to : undefined)
    const { isWritten } = await this.#tryChange(next, options)
    return isWritten
  }

  async #change(next: (value: bigint) => bigint, options: CallOptions): Promise<CounterChange> {
    const { preValue, postValue } = await this.#tryChange(next, options)
    return { preValue, postValue }
  }

  #tryChange(next: NextValue, options: CallOptions): Promise<Outcome> {
    return persevere(options, this.#options, (perseverance) => {
      const before = this.#last
      const mine = unlessAborted(before, perseverance.signal).then(() =>
        this.#changeNow(next, perseverance),
      )
      // One that is given up before its turn comes lets nobody past those before it.
      this.#last = Promise.allSettled([before, mine])
      return mine
    })
  }

  async #changeNow(next: NextValue, perseverance: Perseverance): Promise<Outcome> {
    for (let failures = 0; ; failures++) {
      const { value, version } = await this.#read(perseverance)
      const wanted = next(value)
      if (wanted === undefined) return { isWritten: false, preValue: value, postValue: value }
      const data = encodeCounter(wanted, this.#format)
      if (await this.#write(data, version, perseverance)) {
        return { isWritten: true, preValue: value, postValue: wanted }
      }
      await perseverance.pause(failures)
    }
  }

  async #read({ retry, signal }: Perseverance): Promise<Reading> {
    const found = await retry(() => this.#client.getDataOrNull(this.path, { signal }))
    const value = found === null ? undefined : decodeCounter(found.data, this.#format, this.path)
    return { value: value ?? this.#default, version: found?.stat.version }
  }

  /** Says whether it was written; false when somebody else wrote since the reading. */
  async #write(
    data: Buffer,
    version: number | undefined,
    perseverance: Perseverance,
  ): Promise<boolean> {
    let lost: ZooKeeperError | undefined
    const isWritten = await perseverance.retry(async () => {
      try {
        await this.#writeOnce(data, version, perseverance)
        return true
      } catch (error) {
        if (error instanceof ZooKeeperError && error.mayHaveHappened) lost = error
        if (isOvertaken(error)) return false
        throw error
      }
    })
    if (isWritten || lost === undefined) return isWritten
    throw new ConnectionLossError('the answer was lost, and the counter has been changed since', {
      path: this.path,
      mayHaveHappened: true,
      cause: lost,
    })
  }

  async #writeOnce(
    data: Buffer,
    version: number | undefined,
    { signal }: Perseverance,
  ): Promise<void> {
    if (version !== undefined) {
      await this.#client.setData(this.path, data, { version, signal })
      return
    }
    const acl = this.#options.acl ?? OPEN_ACL_UNSAFE
    await this.#client.ensurePath(parentPath(this.path), { acl, signal })
    await this.#client.create(this.path, data, { acl, signal })
  }
}
