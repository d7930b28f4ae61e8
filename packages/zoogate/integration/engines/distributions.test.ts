import { describe, test } from 'vitest'
import { usable, VARIANTS } from '../../../../test/conformance/harness/engine/variants.ts'
import { distributions, judgeDistributions } from '../../../../test/scenarios/distributions.ts'

// With 10,000 requests: `npm run soak -- distributions`.
for (const variant of VARIANTS) {
  describe.skipIf(!usable(variant))(`requests through ${variant.name}`, () => {
    test('are shared by weight, by each algorithm, also when an endpoint has left', async () => {
      judgeDistributions(await distributions({ variant, requests: 400 }))
    })
  })
}
