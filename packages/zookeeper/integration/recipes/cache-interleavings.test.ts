import fc from 'fast-check'
import { it } from 'vitest'
import { followInterleaved, steps } from '../support/cache-interleavings.ts'
import { onEachServer } from '../support/on-each-server.ts'

const RUNS = 25

onEachServer((stage) => {
  it('has caches that are exact, whatever is held back, lost and ended when', async () => {
    await using writer = await stage.client()
    const property = fc.asyncProperty(steps, (sequence) =>
      followInterleaved({ writer, server: stage.server, root: stage.path() }, sequence),
    )
    // A failing run says its seed; it is not shrunk, since every try takes real time.
    await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
  })
})
