/**
 * What is worked out of a part of a view, once for each. Parts that did not change are the same objects
 * in the next view, so that one endpoint's change costs no more in a large one.
 * @param compute reads nothing but its argument
 */
export function oncePerObject<K extends object, T extends object>(
  compute: (part: K) => T,
): (part: K) => T {
  const known = new WeakMap<K, T>()
  return (part) => {
    const before = known.get(part)
    if (before !== undefined) return before
    const result = compute(part)
    known.set(part, result)
    return result
  }
}
