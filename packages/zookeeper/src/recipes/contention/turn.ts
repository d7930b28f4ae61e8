import type { ContenderName } from './contender-name.ts'

/** Says whom the contender at `index` waits for, in a queue that is sorted; undefined when it is its turn. */
export type TurnRule = (queue: readonly ContenderName[], index: number) => ContenderName | undefined

/** Alone: everybody waits for the one before. */
export const exclusiveTurn: TurnRule = (queue, index) => queue[index - 1]

/**
 * Together with other readers: waits for the last one before that is no reader. What is not known to be a reader is taken for
 * a writer.
 */
export const sharedTurn: TurnRule = (queue, index) =>
  queue.slice(0, index).findLast(({ name }) => !isReader(name))

/** The first `places` contenders at a time. Any of those before may make room, so the one before is not the only one to watch. */
export function placesTurn(places: number): TurnRule {
  return (queue, index) => (index < places ? undefined : queue[index - 1])
}

/** Curator's word for a read lock, and kazoo's. */
function isReader(name: string): boolean {
  return name.includes('__READ__') || name.includes('__rlock__')
}
