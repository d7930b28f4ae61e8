import { describe, it } from 'vitest'
import { recordResult } from '../../bench/lib/results.ts'
import {
  countUnderCuts,
  queueUnderCuts,
} from '../../packages/zookeeper/integration/support/recipes-under-cuts.ts'
import { type Ensemble, startEnsemble } from '../support/apache-zookeeper.ts'
import { missing } from '../support/requirements.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const REPEAT = 200

/** kill -9 for the one that leads, and back again. */
async function killLeader(ensemble: Ensemble): Promise<void> {
  const leader = ensemble.members[await ensemble.leader()]
  await leader?.kill()
  await leader?.restart()
}

describe.skipIf(missing('zookeeper') !== undefined)(
  'soak: a counter and a queue on an ensemble that loses its leader, cut off all the time',
  () => {
    it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
      'seed %i counts once, loses nothing, consumes nothing twice',
      async (seed) => {
        await using ensemble = await startEnsemble()
        let leadersKilled = 0
        const where = {
          servers: ensemble.members,
          connectString: ensemble.connectString,
          repeat: REPEAT,
          seed,
          fault: async () => {
            await killLeader(ensemble)
            leadersKilled++
          },
        }
        await countUnderCuts({ ...where, path: '/counter' })
        await queueUnderCuts({ ...where, path: '/queue' })
        recordResult(RESULTS, {
          soak: 'recipes',
          seed,
          changes: 3 * REPEAT,
          items: 3 * REPEAT,
          leadersKilled,
        })
      },
      1_800_000,
    )
  },
)
