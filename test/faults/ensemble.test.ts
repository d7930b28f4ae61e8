import { describe, expect, it } from 'vitest'
import { changesUnderLoad } from '../scenarios/changes-under-load.ts'
import { startEnsemble } from '../support/apache-zookeeper.ts'
import { whoAnswers } from '../support/http.ts'
import { startInstance } from '../support/instance.ts'
import { startLoad } from '../support/load.ts'
import { seededRandom } from '../support/random.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'builtin']
const SERVICE = `  healthCheck: { http: { path: /healthz }, interval: 1s, timeout: 1s, rise: 1, fall: 3 }`
const absent = missing('haproxy') ?? missing('nginx') ?? missing('zookeeper')

describe.skipIf(absent !== undefined)('a three-node ensemble loses its leader under load', () => {
  it('fails no request; what comes before and after arrives', async () => {
    await using ensemble = await startEnsemble()
    await using stack = await startStack({ engines: ENGINES, zookeeper: ensemble.connectString })
    await using _a = await startInstance(stack, 'a')
    await using _b = await startInstance(stack, 'b')
    const everywhere = (names: string) =>
      waitFor(
        `${names} to answer through every engine`,
        async () => {
          for (const engine of ENGINES) {
            const found = [...(await whoAnswers(stack.port(engine), 12)).keys()].sort()
            if (found.join('') !== names) return false
          }
          return true
        },
        { timeoutMs: 30_000 },
      )
    await everywhere('ab')
    const loads = ENGINES.map((engine) =>
      startLoad({
        port: stack.port(engine),
        connections: 50,
        requestsPerSecond: 300,
        keepAlive: true,
      }),
    )
    const leader = ensemble.members[await ensemble.leader()]
    await leader?.kill()
    await using _c = await startInstance(stack, 'c')
    await everywhere('abc')
    await leader?.restart()
    await using _d = await startInstance(stack, 'd')
    await everywhere('abcd')
    for (const [index, load] of loads.entries()) {
      const report = await load.stop()
      expect(load.failed(), `${ENGINES[index]}: ${JSON.stringify(report)}`).toBe(0)
    }
  }, 180_000)

  it('fails no request while instances are killed and drained and revisions come', async () => {
    const seed = Number(process.env['ZOOGATE_SEED'] ?? Date.now() % 1_000_000)
    console.log(`seed ${seed}`)
    await using ensemble = await startEnsemble()
    await using stack = await startStack({
      engines: ENGINES,
      zookeeper: ensemble.connectString,
      service: SERVICE,
    })
    const { failed, reports } = await changesUnderLoad({
      stack,
      changes: 6,
      valid: 3,
      invalid: 1,
      random: seededRandom(seed),
      midway: async () => ensemble.members[await ensemble.leader()]?.kill(),
    })
    for (const engine of ENGINES) {
      const report = JSON.stringify(reports.get(engine))
      expect(failed.get(engine), `${engine}, seed ${seed}: ${report}`).toBe(0)
    }
  }, 300_000)
})
