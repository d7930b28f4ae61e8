import { whoAnswers } from '../support/http.ts'
import type { Stack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

/** Waits until exactly these instances answer through every engine. */
export async function everywhere(stack: Stack, names: readonly string[]): Promise<void> {
  const wanted = [...names].sort().join(' ')
  for (const engine of stack.engines) {
    // Round robin, by two workers perhaps: often enough to meet each of them.
    const count = 4 * names.length
    await waitFor(
      `${wanted} to answer through ${engine}`,
      async () =>
        [...(await whoAnswers(stack.port(engine), count)).keys()].sort().join(' ') === wanted,
      { timeoutMs: 60_000 },
    )
  }
}
