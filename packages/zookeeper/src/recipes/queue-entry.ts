/** An item's place in a queue, from its znode's name. */
export interface QueueEntry {
  readonly name: string
  /** 0 to 999; lower ones come first. */
  readonly priority: number
  /** What the server appended: the order of items of the same priority. */
  readonly sequence: number
}

/** `entry-100-0000000042`, as kazoo names them. The server's number is negative from 2^31 on. */
const ENTRY_NAME = /^entry-(\d{3})-(-?\d{10})$/

/** What the path of a new item begins with; the server appends the number. */
export function entryPrefix(priority: number): string {
  return `entry-${String(priority).padStart(3, '0')}-`
}

/** The entry of a name, or undefined for a znode that is none of the queue's. */
export function parseEntryName(name: string): QueueEntry | undefined {
  const match = ENTRY_NAME.exec(name)
  if (match === null) return undefined
  return { name, priority: Number(match[1]), sequence: Number(match[2]) }
}

/** The first entries in order, without those that are taken; no more than `limit`. */
export function firstEntries(
  names: readonly string[],
  taken: ReadonlySet<string>,
  limit: number,
): QueueEntry[] {
  const entries: QueueEntry[] = []
  for (const name of names) {
    const entry = taken.has(name) ? undefined : parseEntryName(name)
    if (entry !== undefined) entries.push(entry)
  }
  return entries.sort(compareEntries).slice(0, limit)
}

/** By priority, then by the server's number as one without sign: it runs on from 2^31 - 1 to -2^31. */
function compareEntries(a: QueueEntry, b: QueueEntry): number {
  return a.priority - b.priority || (a.sequence >>> 0) - (b.sequence >>> 0)
}
