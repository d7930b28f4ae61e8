import { expect, it } from 'vitest'
import { stepPool } from '../../../src/model/effective-endpoints/effective-endpoints.ts'
import type { PoolInput } from '../../../src/model/effective-endpoints/input.ts'
import {
  EMPTY_POOL_MEMORY,
  type PoolMemory,
} from '../../../src/model/effective-endpoints/memory.ts'
import { rememberServed } from '../../../src/model/effective-endpoints/served.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'

const NOW_MS = 1_000_000

const endpoint = (id: string, port: number, state: Endpoint['state'] = 'up'): Endpoint => ({
  id,
  address: '10.0.0.1',
  port,
  weight: 3,
  state,
})

const input = (registry: PoolInput['registry'], registered: readonly Endpoint[]): PoolInput => ({
  service: 'shop',
  registered: new Map(registered.map((one) => [one.id, one])),
  invalid: new Map(),
  overrides: new Map(),
  health: new Map(),
  checkedBy: 'engine',
  registry,
  protection: undefined,
})

const served = (memory: PoolMemory, ...endpoints: readonly Endpoint[]) =>
  rememberServed(memory, { endpoints, checkedBy: 'engine' }, NOW_MS)

it('keeps who is served and not remembered, until ZooKeeper says that it is not there', () => {
  const memory = served(EMPTY_POOL_MEMORY, endpoint('a', 80), endpoint('b', 81))
  const away = stepPool(memory, input('away', []), NOW_MS)
  expect(away.endpoints).toEqual([endpoint('a', 80), endpoint('b', 81)])
  const synced = stepPool(memory, input('synced', [endpoint('a', 80)]), NOW_MS)
  expect(synced.endpoints).toEqual([endpoint('a', 80)])
})

it('believes the engine where an instance came back at another address', () => {
  const before = stepPool(EMPTY_POOL_MEMORY, input('synced', [endpoint('a', 80)]), NOW_MS).memory
  const memory = served(before, endpoint('a', 90))
  expect(stepPool(memory, input('away', []), NOW_MS).endpoints).toEqual([endpoint('a', 90)])
})

it('keeps who is remembered and not served, and who has gone gone', () => {
  const both = input('synced', [endpoint('a', 80), endpoint('b', 81)])
  const before = stepPool(EMPTY_POOL_MEMORY, both, NOW_MS).memory
  const left = {
    ...before,
    instances: before.instances.map((one) =>
      one.id === 'b' ? { ...one, phase: 'gone' as const } : one,
    ),
  }
  expect(served(left, endpoint('b', 90))).toBe(left)
  expect(served(before, endpoint('a', 80))).toBe(before)
})

it('leaves what the agent’s own check took out to that check', () => {
  const down = { endpoints: [endpoint('a', 80, 'down')] }
  const state = (checkedBy: PoolInput['checkedBy']) =>
    rememberServed(EMPTY_POOL_MEMORY, { ...down, checkedBy }, NOW_MS).instances[0]?.state
  expect(state('agent')).toBe('up')
  expect(state('engine')).toBe('down')
})
