export interface WaitOptions {
  /** Default 30 000: on a machine that is busy with other things, a second's work takes many. */
  readonly timeoutMs?: number
  /** Default 20. */
  readonly everyMs?: number
}

/**
 * Resolves with the first truthy value that `condition` gives. A condition that throws has not come
 * true yet; its last error is the cause of the timeout's.
 */
export async function waitFor<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 20 }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs
  let cause: unknown
  for (;;) {
    try {
      const value = await condition()
      if (value) return value
      cause = undefined
    } catch (error) {
      cause = error
    }
    if (Date.now() >= end) {
      throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause })
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
