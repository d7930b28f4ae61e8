import { type Perseverance, unlessAborted } from '../../client/persevere.ts'
import { joinPath } from '../../protocol/path.ts'
import type { WatchListener } from '../../session/watch-registry.ts'
import { sortContenders } from './contender-name.ts'
import { childrenOrNull } from './contenders.ts'
import { Lookout } from './lookout.ts'
import { OwnZnode } from './own-znode.ts'
import type { Place } from './protected-create.ts'
import type { TurnRule } from './turn.ts'

/** A queue to stand in, and the rule by which one's turn comes. */
export interface Contest extends Place {
  readonly turn: TurnRule
  /** What a contender watches that is not at its turn: the one it waits for, or all of them. */
  readonly watches: 'predecessor' | 'everybody'
}

/**
 * Stands in the queue until it is this contender's turn, and resolves with its znode. One that is gone before (somebody deleted it,
 * the session was lost) is followed by a new one, at the queue's end. When the signal ends the wait the znode is removed.
 */
export async function contend(contest: Contest, perseverance: Perseverance): Promise<OwnZnode> {
  for (;;) {
    const own = await contendOnce(contest, perseverance)
    if (own !== undefined) return own
  }
}

/** Like `contend`, but resolves with undefined when the znode is gone before its turn comes. */
export async function contendOnce(
  contest: Contest,
  perseverance: Perseverance,
): Promise<OwnZnode | undefined> {
  const own = await OwnZnode.create(contest, perseverance)
  try {
    if (await untilTurn(contest, own, perseverance)) return own
  } catch (error) {
    own.abandon()
    throw error
  }
  own.abandon()
  return undefined
}

/** Stands in the queue, and leaves it at once when it is not this contender's turn: then resolves with undefined. */
export async function tryToContend(
  contest: Contest,
  perseverance: Perseverance,
): Promise<OwnZnode | undefined> {
  for (;;) {
    // Without a trace, where that is enough to know.
    const queue = sortContenders(await childrenOf(contest, perseverance))
    const last = { name: contest.prefix, sequence: 0 }
    if (contest.turn([...queue, last], queue.length) !== undefined) return undefined
    const own = await OwnZnode.create(contest, perseverance)
    const now = await standing(contest, own, perseverance).catch((error: unknown) => {
      own.abandon()
      throw error
    })
    if (now === 'turn') return own
    own.abandon()
    if (now === 'waiting') return undefined
  }
}

/** Says whether the turn came; false when the znode is gone. */
async function untilTurn(
  contest: Contest,
  own: OwnZnode,
  perseverance: Perseverance,
): Promise<boolean> {
  using lookout = new Lookout(contest.client)
  const { bell } = lookout
  const unlisten = own.onGone(bell.ring)
  try {
    for (let doubts = 0; ; ) {
      const rung = bell.next()
      const now = await standing(contest, own, perseverance, lookout)
      if (now === 'turn') return true
      if (now === 'gone') return false
      if (now === 'waiting') await unlessAborted(rung, perseverance.signal)
      if (now === 'unsure') await perseverance.pause(doubts++)
    }
  } finally {
    unlisten()
  }
}

/**
 * `changed`: to be looked at again at once. `unsure`: the answer came from a server without a quorum, or the connection has been
 * lost since.
 */
type Standing = 'turn' | 'waiting' | 'changed' | 'unsure' | 'gone'

/**
 * Looks where this contender stands. That nobody is before it may be told by a server that is behind: what that has not seen
 * yet are contenders behind, never before, since it has seen ours. When it waits, the lookout's bell rings at the next change.
 */
async function standing(
  contest: Contest,
  own: OwnZnode,
  perseverance: Perseverance,
  lookout?: Lookout,
): Promise<Standing> {
  const { client, path, turn, watches } = contest
  const watch = watches === 'everybody' ? lookout?.at(path) : undefined
  const [children] = await Promise.all([childrenOf(contest, perseverance, watch), own.seen])
  const queue = sortContenders(children)
  const index = queue.findIndex(({ name }) => name === own.name)
  if (own.gone !== undefined || index < 0) return 'gone'
  const ahead = turn(queue, index)
  if (ahead === undefined) return client.state === 'connected' ? 'turn' : 'unsure'
  if (lookout === undefined || watches === 'everybody') return 'waiting'
  const before = joinPath(path, ahead.name)
  // Not exists(): on a znode that has just gone its watch would be left for ever.
  const options = { watch: lookout.at(before), signal: perseverance.signal }
  const node = await perseverance.retry(() => client.getDataOrNull(before, options))
  return node === null ? 'changed' : 'waiting'
}

async function childrenOf(
  { client, path }: Contest,
  perseverance: Perseverance,
  watch?: WatchListener,
): Promise<string[]> {
  const { signal, retry } = perseverance
  const options = watch === undefined ? { signal } : { signal, watch }
  return (await retry(() => childrenOrNull(client, path, options))) ?? []
}
