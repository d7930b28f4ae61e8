import type { Scheduler } from '@zoogate/balancer'

/** Resolves after so long. */
export function pause(scheduler: Scheduler, ms: number): Promise<void> {
  return new Promise((resolve) => {
    scheduler.after(ms, resolve)
  })
}
