import { startInstance } from '../support/instance.ts'
import type { Stack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'
import { everywhere } from './everywhere.ts'
import { loadEverywhere } from './load-everywhere.ts'

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
  const load = loadEverywhere(stack)
  await kill()
  const killedAt = Date.now()
  await waitFor('20 s without ZooKeeper', () => Date.now() - killedAt > AWAY_MS, {
    timeoutMs: AWAY_MS + 5_000,
  })
  await restart()
  await using _c = await startInstance(stack, 'c')
  await everywhere(stack, ['a', 'b', 'c'])
  await load.expectNoFailure()
}
