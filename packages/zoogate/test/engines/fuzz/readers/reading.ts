/**
 * What an engine reads in a configuration, as its own grammar has it down to the last level: a word
 * that holds a format or an expression is a list of what is in it. A text is what the engine takes
 * literally, with nothing left to be expanded or unescaped.
 */
export type Reading = string | ReadingList

export interface ReadingList {
  readonly of: readonly Reading[]
  /** The engine does not mind their order. */
  readonly anyOrder?: true
}

export function inOrder(...of: readonly Reading[]): ReadingList {
  return { of }
}

export function inAnyOrder(of: readonly Reading[]): ReadingList {
  return { of, anyOrder: true }
}

/** A text, and what is to stand in its place. */
export type Replacement = readonly [from: string, to: string]

/** Whether two readings are equal but for one text, in any of its forms, in place of another one. */
export function agree(
  innocent: Reading,
  hostile: Reading,
  replacements: readonly Replacement[],
): boolean {
  if (typeof innocent === 'string' || typeof hostile === 'string') {
    return textsAgree(innocent, hostile, replacements)
  }
  if (innocent.of.length !== hostile.of.length) return false
  if (innocent.anyOrder) return pair(innocent.of, hostile.of, replacements).left.length === 0
  return innocent.of.every((each, index) => agree(each, hostile.of[index] ?? '', replacements))
}

/** Where they do not, for whoever looks into it. */
export function difference(
  innocent: Reading,
  hostile: Reading,
  replacements: readonly Replacement[],
): string {
  if (typeof innocent === 'string' || typeof hostile === 'string') return told(innocent, hostile)
  if (innocent.of.length !== hostile.of.length) {
    const at = innocent.of.findIndex((each, i) => !agree(each, hostile.of[i] ?? '', replacements))
    return told(innocent.of[at] ?? '', hostile.of[at] ?? '')
  }
  const pairs = innocent.anyOrder
    ? pair(innocent.of, hostile.of, replacements)
    : { left: innocent.of, right: hostile.of }
  const at = pairs.left.findIndex((each, i) => !agree(each, pairs.right[i] ?? '', replacements))
  return difference(pairs.left[at] ?? '', pairs.right[at] ?? '', replacements)
}

/** What has no partner on the other side. Most have theirs where they stand themselves. */
function pair(
  some: readonly Reading[],
  others: readonly Reading[],
  replacements: readonly Replacement[],
) {
  const left = new Set(some.keys())
  const right = new Set(others.keys())
  const take = (at: number, partner: number) => {
    if (!agree(some[at] ?? '', others[partner] ?? '', replacements)) return false
    left.delete(at)
    return right.delete(partner)
  }
  for (const at of some.keys()) take(at, at)
  for (const at of [...left]) [...right].some((partner) => take(at, partner))
  return {
    left: [...left].map((at) => some[at] ?? ''),
    right: [...right].map((at) => others[at] ?? ''),
  }
}

function textsAgree(
  innocent: Reading,
  hostile: Reading,
  replacements: readonly Replacement[],
): boolean {
  if (typeof innocent !== 'string' || typeof hostile !== 'string') return false
  const there = replacements.filter(([from]) => innocent.includes(from))
  if (there.length === 0) return innocent === hostile
  return there.some(([from, to]) => innocent.split(from).join(to) === hostile)
}

function told(innocent: Reading, hostile: Reading): string {
  const [from, to] = [innocent, hostile].map((each) => JSON.stringify(plain(each)).slice(0, 300))
  return `${from} became ${to}`
}

function plain(reading: Reading): unknown {
  return typeof reading === 'string' ? reading : reading.of.map(plain)
}
