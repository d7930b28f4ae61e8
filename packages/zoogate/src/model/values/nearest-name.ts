const COMPARED_CHARACTERS_MAX = 64

/**
 * The known name that somebody most likely meant: at most a third of its characters differ, letter
 * case aside. Undefined: none is near.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  if (written.length > COMPARED_CHARACTERS_MAX) return undefined
  let nearest: string | undefined
  let nearestDistance = Number.POSITIVE_INFINITY
  for (const name of known) {
    const distance = editDistance(written.toLowerCase(), name.toLowerCase())
    const allowed = Math.max(1, Math.floor(name.length / 3))
    if (distance <= allowed && distance < nearestDistance) {
      nearest = name
      nearestDistance = distance
    }
  }
  return nearest
}

/** ` (did you mean "port"?)`, or nothing. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const nearest = nearestName(written, known)
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`
}

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = a[i - 1] === b[j - 1] ? 0 : 1
      let cost = Math.min(
        (previous[j] ?? 0) + 1,
        (current[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + substitution,
      )
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
