import { describe, expect, it } from 'vitest'
import { burst } from '../scenarios/burst.ts'
import { changesUnderLoad } from '../scenarios/changes-under-load.ts'
import { everywhere } from '../scenarios/everywhere.ts'
import { hostileRegistrations } from '../scenarios/hostile-registrations.ts'
import { killLeader } from '../scenarios/kill-leader.ts'
import { loadEverywhere } from '../scenarios/load-everywhere.ts'
import { startEnsemble } from '../support/apache-zookeeper.ts'
import { startInstance } from '../support/instance.ts'
import { seededRandom } from '../support/random.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const SERVICE = `  healthCheck: { http: { path: /healthz }, interval: 1s, timeout: 1s, rise: 1, fall: 3 }`
const SEED = Number(process.env['ZOOGATE_SEED'] ?? Date.now() % 1_000_000)
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd') ?? missing('zookeeper')

describe.skipIf(absent !== undefined)('a three-node ensemble loses its leader', () => {
  it('under load: fails no request; what comes before and after arrives', async () => {
    await using ensemble = await startEnsemble()
    await using stack = await startStack({ engines: ENGINES, zookeeper: ensemble.connectString })
    await using _a = await startInstance(stack, 'a')
    await using _b = await startInstance(stack, 'b')
    await everywhere(stack, ['a', 'b'])
    const load = loadEverywhere(stack)
    const leader = await killLeader(ensemble)
    await using _c = await startInstance(stack, 'c')
    await everywhere(stack, ['a', 'b', 'c'])
    await leader?.restart()
    await using _d = await startInstance(stack, 'd')
    await everywhere(stack, ['a', 'b', 'c', 'd'])
    await load.expectNoFailure()
  })

  it('amid kills, drains and revisions: fails no request', async () => {
    console.log(`seed ${SEED}`)
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
      random: seededRandom(SEED),
      midway: async () => void (await killLeader(ensemble)),
    })
    for (const engine of ENGINES) {
      const report = JSON.stringify(reports.get(engine))
      expect(failed.get(engine), `${engine}, seed ${SEED}: ${report}`).toBe(0)
    }
  }, 300_000)

  it('amid hostile and many registrations: the former are refused, and the set is ZooKeeper’s', async () => {
    console.log(`seed ${SEED}`)
    await using ensemble = await startEnsemble()
    await using stack = await startStack({
      engines: ENGINES,
      zookeeper: ensemble.connectString,
      service: '  protection: "off"',
    })
    let leader: Awaited<ReturnType<typeof killLeader>>
    await hostileRegistrations(stack, async () => {
      leader = await killLeader(ensemble)
    })
    await leader?.restart()
    const took = await burst({
      stack,
      changesPerSecond: 50,
      seconds: 3,
      random: seededRandom(SEED),
      midway: async () => void (await killLeader(ensemble)),
    })
    for (const [engine, tookMs] of took) expect(tookMs, engine).toBeLessThan(10_000)
  }, 300_000)
})
