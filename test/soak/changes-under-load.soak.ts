import { describe, it } from 'vitest'
import { startStack } from '../support/stack.ts'
import { CHECKED_SERVICE, hundredChanges } from './hundred-changes.ts'
import { soakEngines } from './soak-engines.ts'

const RUNS = Number(process.env['ZOOGATE_RUNS'] ?? '1')
const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const ENGINES = soakEngines()

describe('soak: 100 changes, 20 valid and 5 invalid configurations under load', () => {
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
    'seed %i fails no request',
    async (seed) => {
      await using stack = await startStack({ engines: ENGINES, service: CHECKED_SERVICE })
      await hundredChanges({ soak: 'changes-under-load', stack, seed })
    },
    1_800_000,
  )
})
