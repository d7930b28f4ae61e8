import { describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { usable, VARIANTS } from '../conformance/harness/engine/variants.ts'
import { liveChangesAndReloads } from '../scenarios/live-changes-and-reloads.ts'
import { seededRandom } from '../support/random.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const [CHANGES, RELOADS] = [200, 30]
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname

describe('soak: 200 live changes and 30 reloads under load', () => {
  for (const variant of VARIANTS.filter(usable)) {
    it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
      `${variant.name}, seed %i, fails no request and breaks no WebSocket by a live change`,
      async (seed) => {
        const result = await liveChangesAndReloads({
          variant,
          changes: CHANGES,
          reloads: RELOADS,
          random: seededRandom(seed),
        })
        const { keepAlive, connectionEach, webSockets, ...counted } = result
        const { opened, refused, echoed, garbled } = webSockets
        recordResult(RESULTS, {
          soak: 'live-changes',
          engine: variant.name,
          seed,
          changes: CHANGES,
          reloads: RELOADS,
          ...counted,
          keepAlive: failuresOf(keepAlive),
          connectionEach: failuresOf(connectionEach),
          webSockets: { opened, refused, echoed, garbled },
        })
        expect(counted.failed, JSON.stringify(result)).toBe(0)
        expect(counted.brokenByLiveChange, JSON.stringify(webSockets.broken)).toBe(0)
        expect(garbled).toBe(0)
      },
      3_600_000,
    )
  }
})

/** Fresh, reused and truncated apart. */
function failuresOf({
  bodies: _,
  status: __,
  ...report
}: object & Record<'bodies' | 'status', unknown>) {
  return report
}
