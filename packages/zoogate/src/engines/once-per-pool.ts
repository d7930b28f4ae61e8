import type { ServicePool } from '../model/view.ts'

/**
 * What is worked out of a pool, once for each: pools that did not change are the same objects in the
 * next view, so that one endpoint's change costs no more among many services.
 */
export function oncePerPool<T extends object>(
  compute: (pool: ServicePool) => T,
): (pool: ServicePool) => T {
  const known = new WeakMap<ServicePool, T>()
  return (pool) => {
    const before = known.get(pool)
    if (before !== undefined) return before
    const result = compute(pool)
    known.set(pool, result)
    return result
  }
}
