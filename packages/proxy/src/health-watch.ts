import { type HealthCheck, HealthMonitor } from '@zoogate/balancer/health'
import type { EndpointConfig } from './config.ts'

/** `unknown` until the first result is in; such an endpoint takes requests. */
export type Health = 'passing' | 'failing' | 'unknown'

/** Active health checks of one pool. */
export interface HealthWatch {
  /** The endpoints to check. What is known of those that stay is kept. */
  update(endpoints: readonly EndpointConfig[]): void
  health(endpointId: string): Health
  close(): void
}

/** Begins to check. `onChange` is called after an endpoint began or ceased to fail. */
export type HealthWatchFactory = (check: HealthCheck, onChange: () => void) => HealthWatch

/** Checks over the network, each endpoint at its own time. */
export const watchHealth: HealthWatchFactory = (check, onChange) => {
  const failing = new Set<string>()
  let watched = new Set<string>()
  const monitor = new HealthMonitor({
    onChange: ({ id, passing }) => {
      // A first result that is good changes nothing for the picker.
      if (passing === !failing.has(id)) return
      if (passing) failing.delete(id)
      else failing.add(id)
      onChange()
    },
  })
  return {
    update(endpoints) {
      const now = new Set(endpoints.map(({ id }) => id))
      for (const id of watched) {
        if (now.has(id)) continue
        monitor.remove(id)
        failing.delete(id)
      }
      for (const { id, address, port } of endpoints) {
        monitor.add(id, { address, port }, check)
        if (monitor.report(id)?.passing === true) failing.delete(id)
      }
      watched = now
    },
    health(endpointId) {
      const report = monitor.report(endpointId)
      if (report === undefined || !report.checked) return 'unknown'
      return report.passing ? 'passing' : 'failing'
    },
    close() {
      monitor.close()
    },
  }
}
