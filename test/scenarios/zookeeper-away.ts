import { expect } from 'vitest'
import { startInstance } from '../support/instance.ts'
import { startLoad } from '../support/load.ts'
import type { Stack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'
import { everywhere } from './everywhere.ts'

/** Twice the session timeout: every session has expired when ZooKeeper comes back. */
const AWAY_MS = 20_000

export interface ZooKeeperAwayOptions {
  readonly stack: Stack
  /** Ends all of ZooKeeper, by kill -9. */
  readonly kill: () => Promise<void>
  readonly restart: () => Promise<void>
}

/** Takes ZooKeeper away under load; expects that nothing fails, and that the next change arrives after its return. */
export async function zookeeperAway({ stack, kill, restart }: ZooKeeperAwayOptions): Promise<void> {
  await using _a = await startInstance(stack, 'a')
  await using _b = await startInstance(stack, 'b')
  await everywhere(stack, ['a', 'b'])
  const loads = stack.engines.map((engine) =>
    startLoad({
      port: stack.port(engine),
      connections: 50,
      requestsPerSecond: 300,
      keepAlive: true,
    }),
  )
  await kill()
  const killedAt = Date.now()
  await waitFor('20 s without ZooKeeper', () => Date.now() - killedAt > AWAY_MS, {
    timeoutMs: AWAY_MS + 5_000,
  })
  await restart()
  await using _c = await startInstance(stack, 'c')
  await everywhere(stack, ['a', 'b', 'c'])
  for (const [index, load] of loads.entries()) {
    const report = await load.stop()
    expect(load.failed(), `${stack.engines[index]}: ${JSON.stringify(report)}`).toBe(0)
  }
}
