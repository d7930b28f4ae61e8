import { expect, it } from 'vitest'
import { onEachServer } from '../support/on-each-server.ts'
import { runModel } from './run-model.ts'

/** More of them, with other seeds: npm run soak -- zookeeper-client-model */
const RUNS = 12
const SEED = 1

/** What must have come about in all runs together, else they would prove little. */
const MUST_BE_MET = [
  'ZK_NO_NODE',
  'ZK_NODE_EXISTS',
  'ZK_BAD_VERSION',
  'ZK_NOT_EMPTY',
  'ZK_NO_AUTH',
  'ZK_NO_CHILDREN_FOR_EPHEMERALS',
  'ZK_NO_WATCHER',
  'ZK_MULTI_FAILED',
  'multi: ZK_NO_NODE',
  'multi: ZK_NODE_EXISTS',
  'multi: ZK_BAD_VERSION',
  'created',
  'deleted',
  'dataChanged',
  'childrenChanged',
  'sessionLost',
  'resync',
  'end',
]

onEachServer((stage) => {
  it(`gives the model's results, errors, Stats and events to two clients (seed ${SEED})`, async () => {
    const { port } = stage.server
    const met = await runModel({ port, path: () => stage.path(), seed: SEED, runs: RUNS })
    console.log(`seed ${SEED}, ${RUNS} runs:`, Object.fromEntries([...met].sort()))
    for (const what of MUST_BE_MET) expect(met.get(what) ?? 0, what).toBeGreaterThan(0)
  })
})
