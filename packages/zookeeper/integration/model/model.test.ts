import fc from 'fast-check'
import { expect, it } from 'vitest'
import { onEachServer } from '../support/on-each-server.ts'
import { commands, firstCommand, Model, Real } from './commands.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '20')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')

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
    const met = new Map<string, number>()
    const sequences = fc.commands(commands, { maxCommands: 40, size: 'max' })
    const property = fc.asyncProperty(sequences, async (run) => {
      const root = stage.path()
      const model = new Model(root)
      await using real = await Real.connect(stage.server.port, model, met)
      await real.clients[0].zk.create(root, null)
      await real.settle()
      await firstCommand.run(model, real)
      await fc.asyncModelRun(() => ({ model, real }), run)
    })
    await fc.assert(property, { seed: SEED, numRuns: RUNS })
    console.log(`seed ${SEED}, ${RUNS} runs:`, Object.fromEntries([...met].sort()))
    for (const what of MUST_BE_MET) expect(met.get(what) ?? 0, what).toBeGreaterThan(0)
  })
})
