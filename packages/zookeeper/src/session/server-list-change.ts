import type { HostSpec } from './connect-string.ts'

/** What a client does when the list of servers changes: nothing, or look for another server, among the new ones or those that stayed first. */
export type Move = 'stay' | 'toAdded' | 'toKept'

/** A change of the list of servers. */
export interface ServerListChange {
  readonly before: readonly HostSpec[]
  readonly after: readonly HostSpec[]
  /** The server that the client is connected to, as its list names it; undefined when there is none. */
  readonly current: HostSpec | undefined
}

/**
 * Decides for one client so that all of them together, each deciding for itself, end up evenly over the new list with as few moves as
 * possible (StaticHostProvider.updateServerList, ZOOKEEPER-1355).
 */
export function moveAfter({ before, after, current }: ServerListChange, random: number): Move {
  if (current === undefined) return 'stay'
  const keptCount = after.filter((server) => has(before, server)).length
  const isGrown = after.length > before.length
  if (has(after, current)) {
    // Each server keeps so many of its clients as its share of the longer list.
    return isGrown && random >= before.length / after.length ? 'toAdded' : 'stay'
  }
  if (keptCount === after.length) return 'toKept'
  if (keptCount === 0) return 'toAdded'
  // Of all clients that must move, those that the servers that stayed lack until they have their share of the shorter list.
  const lacking = keptCount * (1 / after.length - 1 / before.length)
  const moving = (before.length - keptCount) / before.length
  return random < lacking / moving ? 'toKept' : 'toAdded'
}

/** The servers of the new list that the old one did not have, or that it had. */
export function serversToPrefer({ before, after }: ServerListChange, move: Move): HostSpec[] {
  if (move === 'stay') return []
  return after.filter((server) => has(before, server) === (move === 'toKept'))
}

function has(list: readonly HostSpec[], { host, port }: HostSpec): boolean {
  return list.some((one) => one.host === host && one.port === port)
}
