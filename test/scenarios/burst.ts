import { ZooKeeper } from '@zoogate/zookeeper'
import { type Backend, startBackends } from '../support/backends.ts'
import { whoAnswers } from '../support/http.ts'
import type { EngineName, Stack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'
import { untilDone } from './until-done.ts'

const ROOT = '/zoogate/services/shop'
const POOL = 16

export interface BurstOptions {
  readonly stack: Stack
  readonly changesPerSecond: number
  readonly seconds: number
  readonly random: () => number
  /** Done once, in the middle of the churn: a fault. The changes go on beside it. */
  readonly midway?: () => Promise<void>
}

/**
 * Registrations come and go; afterwards the set that takes traffic must equal ZooKeeper's. Resolves
 * with how long each engine took for that after the last change, in milliseconds.
 */
export async function burst(options: BurstOptions): Promise<ReadonlyMap<EngineName, number>> {
  await using backends = await startBackends(POOL)
  await using zookeeper = new ZooKeeper(options.stack.zookeeper)
  await zookeeper.connect()
  const registered = new Set<Backend>()
  const toggle = async (backend: Backend) => {
    const path = `${ROOT}/${backend.name}`
    const present = registered.delete(backend)
    if (!present) registered.add(backend)
    await untilDone(zookeeper, path, !present, () =>
      present
        ? zookeeper.delete(path)
        : zookeeper.create(path, backend.registration(), { mode: 'ephemeral' }),
    )
  }
  try {
    await Promise.all(backends.all.slice(0, 8).map(toggle))
    const first = await converged(options.stack, registered, Date.now())
    if (options.seconds === 0) return first

    const total = options.changesPerSecond * options.seconds
    const startedAt = Date.now()
    let fault: Promise<void> | undefined
    for (let change = 0; change < total; change++) {
      const dueAt = startedAt + (change * 1_000) / options.changesPerSecond
      const wait = dueAt - Date.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      if (change === total / 2) fault = options.midway?.()
      const backend = backends.all[Math.floor(options.random() * POOL)]
      // One always stays, so that there is a set to compare with.
      if (backend === undefined || (registered.has(backend) && registered.size === 1)) continue
      await toggle(backend)
    }
    await fault
    return await converged(options.stack, registered, Date.now())
  } finally {
    for (const backend of registered) await zookeeper.delete(`${ROOT}/${backend.name}`)
  }
}

async function converged(
  stack: Stack,
  registered: ReadonlySet<Backend>,
  sinceMs: number,
): Promise<ReadonlyMap<EngineName, number>> {
  const wanted = [...registered].map(({ name }) => name).sort()
  const took = await Promise.all(
    stack.engines.map(async (engine) => {
      let startedAt = 0
      await waitFor(
        `${engine} to serve ${wanted}`,
        async () => {
          // Round robin: twice the pool's size meets every member at least once.
          startedAt = Date.now()
          const found = await whoAnswers(stack.port(engine), wanted.length * 2 + 2)
          return [...found.keys()].sort().join() === wanted.join()
        },
        { timeoutMs: 15_000, everyMs: 5 },
      )
      return [engine, startedAt - sinceMs] as const
    }),
  )
  return new Map(took)
}
