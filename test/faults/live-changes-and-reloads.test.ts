import { describe, expect, it } from 'vitest'
import { usable, VARIANTS } from '../conformance/harness/engine/variants.ts'
import { liveChangesAndReloads } from '../scenarios/live-changes-and-reloads.ts'
import { seededRandom } from '../support/random.ts'

// At full length: `npm run soak -- live-changes`.
for (const variant of VARIANTS) {
  describe.skipIf(!usable(variant))(
    `F10: live changes and reloads under load, ${variant.name}`,
    () => {
      it('fails no request, and breaks no WebSocket', async () => {
        const seed = Number(process.env['ZOOGATE_SEED'] ?? Date.now() % 1_000_000)
        const result = await liveChangesAndReloads({
          variant,
          changes: 8,
          reloads: 2,
          random: seededRandom(seed),
        })
        const told = `seed ${seed}: ${JSON.stringify(result)}`
        expect(result.failed, told).toBe(0)
        expect(result.webSockets, told).toMatchObject({ refused: {}, garbled: 0, broken: [] })
      })
    },
  )
}
