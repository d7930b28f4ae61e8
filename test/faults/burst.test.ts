import { describe, expect, it } from 'vitest'
import { burst } from '../scenarios/burst.ts'
import { seededRandom } from '../support/random.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd')

describe.skipIf(absent !== undefined)('F10, F11: a burst of registrations', () => {
  it('ends with the set that ZooKeeper has, on every engine, each time', async () => {
    const seed = Number(process.env['ZOOGATE_SEED'] ?? Date.now() % 1_000_000)
    await using stack = await startStack({ engines: ENGINES, service: '  protection: "off"' })
    for (let run = 0; run < 2; run++) {
      const took = await burst({
        stack,
        changesPerSecond: 50,
        seconds: 3,
        random: seededRandom(seed + run),
      })
      console.log(`seed ${seed + run}: converged after ${JSON.stringify([...took])} ms`)
      // How fast is measured in bench/; here it has to be right, and within a generous bound.
      for (const [engine, tookMs] of took) expect(tookMs, engine).toBeLessThan(10_000)
    }
  }, 120_000)
})
