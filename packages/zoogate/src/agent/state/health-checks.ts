import { HealthMonitor } from '@zoogate/balancer'
import type { Observation } from '../../engines/engine.ts'
import type { Health, Pool } from './pool.ts'
import type { Pools } from './pools.ts'

/** Brings what the checks see to the pools: the engine's own checks, or those that the agent makes. */
export interface HealthChecks {
  /** The engine was looked at. */
  observed(observation: Observation): void
  /** The endpoints to check may be other ones. */
  refresh(): void
  close(): void
}

export function engineChecks(pools: Pools): HealthChecks {
  return {
    observed: ({ services }) => {
      for (const pool of pools.all) {
        if (pool.settings.pool.healthCheck === undefined) pools.setHealth(pool, new Map())
        const seen = services.get(pool.settings.name)
        if (seen !== undefined && pool.settings.pool.healthCheck !== undefined) {
          pools.setHealth(pool, new Map(seen.map(({ id, health }) => [id, health])))
        }
      }
    },
    refresh: () => {},
    close: () => {},
  }
}

/**
 * For engines that cannot check for themselves.
 * @param failing by service, the endpoints that a former agent saw fail: until their first check is
 * in they are not believed to have recovered
 */
export function agentChecks(
  pools: Pools,
  failing: ReadonlyMap<string, ReadonlySet<string>> = new Map(),
): HealthChecks {
  const monitors = new Map<Pool, HealthMonitor>()
  const report = (pool: Pool, monitor: HealthMonitor) => {
    const before = failing.get(pool.settings.name)
    const health: Health = new Map(
      monitor.reports().map(({ id, passing, checked }) => {
        if (!checked) return [id, before?.has(id) === true ? 'failing' : 'unknown']
        return [id, passing ? 'passing' : 'failing']
      }),
    )
    pools.setHealth(pool, health)
  }
  const check = (pool: Pool) => {
    const { healthCheck } = pool.settings.pool
    let monitor = monitors.get(pool)
    if (healthCheck === undefined) {
      monitor?.close()
      monitors.delete(pool)
      pools.setHealth(pool, new Map())
      return
    }
    if (monitor === undefined) {
      const created: HealthMonitor = new HealthMonitor({ onChange: () => report(pool, created) })
      monitor = created
      monitors.set(pool, created)
    }
    const wanted = new Map(pool.endpoints.map((endpoint) => [endpoint.id, endpoint]))
    for (const { id } of monitor.reports()) if (!wanted.has(id)) monitor.remove(id)
    for (const [id, endpoint] of wanted) monitor.add(id, endpoint, healthCheck)
    report(pool, monitor)
  }
  return {
    observed: () => {},
    refresh: () => {
      const all = new Set(pools.all)
      for (const [pool, monitor] of monitors) {
        if (all.has(pool)) continue
        monitor.close()
        monitors.delete(pool)
      }
      for (const pool of all) check(pool)
    },
    close: () => {
      for (const monitor of monitors.values()) monitor.close()
    },
  }
}
