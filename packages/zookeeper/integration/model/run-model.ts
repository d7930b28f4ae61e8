import fc from 'fast-check'
import { commands, firstCommand } from './commands.ts'
import { Model, Real } from './two-clients.ts'

const MAX_COMMANDS = 40

export interface ModelRunOptions {
  readonly port: number
  /** Gives a path that no other run uses. */
  readonly path: () => string
  readonly seed: number
  /** How many sequences of commands. */
  readonly runs: number
}

/**
 * Holds two clients against the model, run after run. Resolves with how often each error and each event was met; rejects with the
 * shortest sequence that gives something else than the model.
 */
export async function runModel(options: ModelRunOptions): Promise<ReadonlyMap<string, number>> {
  const met = new Map<string, number>()
  const sequences = fc.commands(commands, { maxCommands: MAX_COMMANDS, size: 'max' })
  const property = fc.asyncProperty(sequences, async (sequence) => {
    const root = options.path()
    const model = new Model(root)
    await using real = await Real.connect(options.port, model, met)
    await real.clients[0].zk.create(root, null)
    await real.settle()
    await firstCommand.run(model, real)
    await fc.asyncModelRun(() => ({ model, real }), sequence)
  })
  await fc.assert(property, { seed: options.seed, numRuns: options.runs })
  return met
}
