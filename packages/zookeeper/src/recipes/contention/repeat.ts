import { ZooKeeperError } from '../../errors/zookeeper-error.ts'
import type { Limit } from './limit.ts'

/** The pause before a second repetition. The first one comes at once: it waits for the next connection anyway. */
const PAUSE_MS = 250

/**
 * Makes a call that does no harm when it is made twice, a read or the deletion of a znode of ours, until it is answered: over lost
 * connections, lost sessions and servers that are too busy. Ends with the limit, and with every error that would come again.
 */
export async function repeat<Result>(limit: Limit, call: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    limit.throwIfOver()
    try {
      return await call()
    } catch (error) {
      limit.throwIfOver()
      if (!(error instanceof ZooKeeperError) || !error.retryable) throw error
    }
    if (attempt > 1) await limit.pause(PAUSE_MS)
  }
}
