import { expect, it } from 'vitest'
import { Pools } from '../../../src/agent/state/pools.ts'
import { EMPTY_POOL_MEMORY } from '../../../src/model/effective-endpoints/memory.ts'
import { absentService, serviceSettings } from '../../../src/model/view/service-settings.ts'

const shop = serviceSettings(absentService('shop'))

it('a service that comes back later does not begin with what the disk held at the start', async () => {
  const remembered = {
    id: 'a',
    address: '10.0.0.1',
    port: 80,
    weight: 1,
    state: 'up',
    phase: 'present',
    comings: 1,
    comingsAtMs: 0,
  } as const
  const pools = new Pools({
    checkedBy: 'engine',
    stored: [
      {
        service: 'shop',
        key: 'shop ',
        memory: { ...EMPTY_POOL_MEMORY, instances: [remembered] },
        overrides: [],
      },
    ],
    served: () => [],
    nowMs: () => 1_000,
    onEndpoints: () => {},
    onDecision: () => {},
  })
  pools.need([shop])
  expect(pools.of(shop)?.endpoints.map(({ id }) => id)).toEqual(['a'])
  pools.need([])
  pools.need([shop])
  expect(pools.of(shop)?.endpoints).toEqual([])
  expect(pools.of(shop)?.isReady(1_000)).toBe(false)
  await pools.close()
})
