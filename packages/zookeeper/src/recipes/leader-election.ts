import { persevere, unlessAborted } from '../client/persevere.ts'
import type { ZooKeeper } from '../client/zookeeper.ts'
import type { CallOptions } from '../connection/call.ts'
import { type Contest, contend } from './contention/contend.ts'
import { type ContenderOptions, placeOf } from './contention/contender-options.ts'
import { type Contender, listContenders } from './contention/contenders.ts'
import { firstContender } from './contention/first-contender.ts'
import { Lookout } from './contention/lookout.ts'
import { Possession } from './contention/possession.ts'
import { exclusiveTurn } from './contention/turn.ts'

/**
 * Chooses one leader among all who campaign at a path (Curator's LeaderLatch and LeaderSelector, kazoo's Election): the one who has
 * campaigned for longest. When the leader resigns, or its session ends, the next one leads.
 *
 * At most one leads whose `signal` is not aborted, but for a process that stands still: see `Possession` for that, and
 * for the fencing token.
 */
export class LeaderElection {
  readonly #contest: Contest

  /** `path` is the election's own: candidates are its children. It is made where it does not exist, and stays. */
  constructor(client: ZooKeeper, path: string, options: ContenderOptions = {}) {
    const place = placeOf(client, path, 'latch-', options)
    this.#contest = { ...place, turn: exclusiveTurn, watches: 'predecessor' }
  }

  get path(): string {
    return this.#contest.path
  }

  /**
   * Stands for election, and resolves when this candidate leads. Goes on through lost connections; in a new session it stands behind
   * all others again. Rejects with an `AbortError` or a `TimeoutError` when the caller wants to wait no longer: then it is no
   * candidate any more. To lead again after a leadership that ended, resign that one and campaign anew.
   */
  async campaign(options: CallOptions = {}): Promise<Leadership> {
    const contest = this.#contest
    const own = await persevere(options, contest, (perseverance) => contend(contest, perseverance))
    return new Leadership(contest, own)
  }

  /**
   * Campaigns, does the work when it leads, resigns when the work is done, and campaigns again, for ever (Curator's LeaderSelector
   * with `autoRequeue`; kazoo's `Election.run` in a loop). The work shall last for as long as it wants to lead, and stop when
   * `leadership.signal` is aborted: nobody else leads before it has stopped, or the session has ended.
   *
   * Work that fails because its leadership was lost is followed by the next campaign, whatever it rejects with. Work that fails while it
   * leads resigns, and the promise rejects with what it said. Aborting the `signal` ends the campaign, with an `AbortError`, and does nothing
   * to work that leads: give it to the work too. Rejects with a `ClosedError` when the client is closed.
   */
  async run(
    work: (leadership: Leadership) => Promise<void>,
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): Promise<never> {
    for (;;) {
      await using leadership = await this.campaign({ signal })
      try {
        await work(leadership)
      } catch (error) {
        if (!leadership.signal.aborted) throw error
      }
    }
  }

  /** Who leads, or is about to learn that it does; undefined when nobody stands for election. */
  leader(options: CallOptions = {}): Promise<Contender | undefined> {
    const contest = this.#contest
    return persevere(options, contest, (perseverance) => firstContender(contest, perseverance))
  }

  /** The leader, and then those who would lead after, in their order. */
  contenders(options: CallOptions = {}): Promise<Contender[]> {
    return listContenders(this.#contest.client, this.path, options)
  }

  /**
   * Gives the leader, undefined for none, now and after every change, of its data too; changes may be skipped, the last one never.
   * Needs not campaign. Goes on through lost connections and sessions; throws an `AbortError` when the signal is aborted, and a
   * `ClosedError` when the client is closed.
   */
  async *observe(
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<Contender | undefined, never, undefined> {
    const contest = this.#contest
    const { signal = new AbortController().signal } = options
    using lookout = new Lookout(contest.client)
    let told: Contender | undefined
    for (let isFirst = true; ; isFirst = false) {
      const rung = lookout.bell.next()
      const leader = await persevere({ signal }, contest, (perseverance) =>
        firstContender(contest, perseverance, lookout),
      )
      if (isFirst || !isSame(leader, told)) yield leader
      told = leader
      await unlessAborted(rung, signal)
    }
  }
}

/** The lead, from the election until it is resigned or lost; what it promises stands at `Possession`. */
export class Leadership extends Possession {
  /** Lets the next candidate lead. Resolves when the server has said so; safe to call twice. */
  resign(options: CallOptions = {}): Promise<void> {
    return this.letGo(options)
  }
}

function isSame(a: Contender | undefined, b: Contender | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  if (a.path !== b.path) return false
  return a.data === null || b.data === null ? a.data === b.data : a.data.equals(b.data)
}
