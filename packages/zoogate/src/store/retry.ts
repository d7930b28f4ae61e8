import { setTimeout as delay } from 'node:timers/promises'
import { ZooKeeperError } from '@zoogate/zookeeper'

const ATTEMPTS_MAX = 8
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 1000

/**
 * Does again what a lost connection broke off. Only for what may be done twice: reads, and writes
 * that find their own result. The client waits for the reconnect by itself.
 */
export async function repeatable<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action()
    } catch (error) {
      const again = error instanceof ZooKeeperError && error.retryable && attempt < ATTEMPTS_MAX
      if (!again) throw error
      await pause(attempt)
    }
  }
}

/** Doubles from one attempt to the next; half of it is random, so that rivals do not meet again. */
export async function pause(attempt: number): Promise<void> {
  const longestMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  await delay(longestMs / 2 + (Math.random() * longestMs) / 2)
}
