import { describe, expect, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import { burst } from '../scenarios/burst.ts'
import { killLeader } from '../scenarios/kill-leader.ts'
import { zookeeperAway } from '../scenarios/zookeeper-away.ts'
import { startEnsemble } from '../support/apache-zookeeper.ts'
import { seededRandom } from '../support/random.ts'
import { startStack } from '../support/stack.ts'
import { CHECKED_SERVICE, hundredChanges } from './hundred-changes.ts'
import { soakEngines } from './soak-engines.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const SEEDS = Array.from({ length: RUNS }, (_, run) => SEED + run)
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const ENGINES = soakEngines()
const BURSTS = 20

describe('soak: a three-node ensemble that loses its leader in the middle', () => {
  it.each(SEEDS)(
    'seed %i: 100 changes, 20 valid and 5 invalid configurations fail no request',
    async (seed) => {
      await using ensemble = await startEnsemble()
      await using stack = await startStack({
        engines: ENGINES,
        zookeeper: ensemble.connectString,
        service: CHECKED_SERVICE,
      })
      await hundredChanges({
        soak: 'ensemble-changes-under-load',
        stack,
        seed,
        midway: async () => void (await killLeader(ensemble)),
      })
    },
    1_800_000,
  )

  it.each(SEEDS)(
    `seed %i: ${BURSTS} bursts end with the set that ZooKeeper has`,
    async (seed) => {
      await using ensemble = await startEnsemble()
      await using stack = await startStack({
        engines: ENGINES,
        zookeeper: ensemble.connectString,
        service: '  protection: "off"',
      })
      const slowestMs: Record<string, number> = {}
      for (let run = 0; run < BURSTS; run++) {
        let leader: Awaited<ReturnType<typeof killLeader>>
        const took = await burst({
          stack,
          changesPerSecond: 50,
          seconds: 10,
          random: seededRandom(seed + run),
          midway: async () => {
            leader = await killLeader(ensemble)
          },
        })
        await leader?.restart()
        for (const [engine, ms] of took) slowestMs[engine] = Math.max(ms, slowestMs[engine] ?? 0)
      }
      recordResult(RESULTS, { soak: 'ensemble-bursts', seed, bursts: BURSTS, slowestMs })
      expect(Object.keys(slowestMs)).toHaveLength(ENGINES.length)
    },
    1_800_000,
  )

  it('killed whole for 20 s, fails no request, and the next change arrives', async () => {
    await using ensemble = await startEnsemble()
    await using stack = await startStack({ engines: ENGINES, zookeeper: ensemble.connectString })
    await zookeeperAway({
      stack,
      kill: async () => void (await Promise.all(ensemble.members.map((member) => member.kill()))),
      restart: async () =>
        void (await Promise.all(ensemble.members.map((member) => member.restart()))),
    })
  }, 180_000)
})
