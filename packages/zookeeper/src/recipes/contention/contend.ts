import { NoNodeError } from '../../errors/server-errors.ts'
import { joinPath } from '../../protocol/path.ts'
import type { WatchListener } from '../../session/watch-registry.ts'
import { Bell } from './bell.ts'
import { sortContenders } from './contender-name.ts'
import type { Limit } from './limit.ts'
import { OwnZnode } from './own-znode.ts'
import type { Place } from './protected-create.ts'
import { repeat } from './repeat.ts'
import type { TurnRule } from './turn.ts'

/** A queue to stand in, and the rule by which one's turn comes. */
export interface Contest extends Place {
  readonly turn: TurnRule
  /** What a contender watches that is not at its turn: the one it waits for, or all of them. */
  readonly watches: 'predecessor' | 'everybody'
}

/**
 * Stands in the queue until it is this contender's turn, and resolves with its znode. One that is gone before (somebody deleted it,
 * the session was lost) is followed by a new one, at the queue's end. When the limit ends the wait the znode is removed.
 */
export async function contend(contest: Contest, limit: Limit): Promise<OwnZnode> {
  for (;;) {
    const own = await OwnZnode.create(contest, limit)
    try {
      if (await untilTurn(contest, own, limit)) return own
    } catch (error) {
      own.abandon()
      throw error
    }
    own.abandon()
  }
}

/** Stands in the queue, and leaves it at once when it is not this contender's turn: then resolves with undefined. */
export async function tryToContend(contest: Contest, limit: Limit): Promise<OwnZnode | undefined> {
  // Without a trace, where that is enough to know.
  const queue = sortContenders(await childrenOf(contest, limit))
  const last = { name: contest.prefix, sequence: 0 }
  if (contest.turn([...queue, last], queue.length) !== undefined) return undefined
  const own = await OwnZnode.create(contest, limit)
  try {
    if ((await standing(contest, own, limit)) === 'turn') return own
  } catch (error) {
    own.abandon()
    throw error
  }
  await own.remove()
  return undefined
}

/** Says whether the turn came; false when the znode is gone. */
async function untilTurn(contest: Contest, own: OwnZnode, limit: Limit): Promise<boolean> {
  const bell = new Bell()
  const unlisten = own.onGone(bell.ring)
  limit.signal.addEventListener('abort', bell.ring)
  try {
    for (;;) {
      const rung = bell.next()
      const now = await standing(contest, own, limit, bell.ring)
      if (now === 'turn') return true
      if (now === 'gone') return false
      if (now === 'waiting') await rung
      if (now === 'unsure') await limit.pause(UNSURE_PAUSE_MS)
      limit.throwIfOver()
    }
  } finally {
    unlisten()
    limit.signal.removeEventListener('abort', bell.ring)
  }
}

/** `changed`: to be looked at again at once. `unsure`: the connection has been lost since the answer. */
type Standing = 'turn' | 'waiting' | 'changed' | 'unsure' | 'gone'

/** Before looking again after an answer that came too late; without a connection the look waits for one. */
const UNSURE_PAUSE_MS = 50

/**
 * Looks where this contender stands. That nobody is before it may be told by a server that is behind: what that has not seen
 * yet are contenders behind, never before, since it has seen ours. When it waits, `watch` is called at the next change.
 */
async function standing(
  contest: Contest,
  own: OwnZnode,
  limit: Limit,
  watch?: WatchListener,
): Promise<Standing> {
  const { client, path, turn } = contest
  const queue = sortContenders(
    await childrenOf(contest, limit, contest.watches === 'everybody' ? watch : undefined),
  )
  const index = queue.findIndex(({ name }) => name === own.name)
  if (own.gone !== undefined || index < 0) return 'gone'
  const ahead = turn(queue, index)
  if (ahead === undefined) return client.state === 'connected' ? 'turn' : 'unsure'
  if (watch === undefined || contest.watches === 'everybody') return 'waiting'
  // Not exists(): its watch would be left for ever on a znode that has just gone.
  const options = { watch, signal: limit.signal }
  try {
    await repeat(limit, () => client.getData(joinPath(path, ahead.name), options))
    return 'waiting'
  } catch (error) {
    if (error instanceof NoNodeError) return 'changed'
    throw error
  }
}

/** None, when the parent does not exist. */
async function childrenOf(
  { client, path }: Contest,
  limit: Limit,
  watch?: WatchListener,
): Promise<string[]> {
  const options = { signal: limit.signal, ...(watch === undefined ? {} : { watch }) }
  try {
    return await repeat(limit, () => client.getChildren(path, options))
  } catch (error) {
    if (error instanceof NoNodeError) return []
    throw error
  }
}
