import { expect, it } from 'vitest'
import { ZooKeeper } from '../../src/index.ts'

it.each([0, -1, 1.5, Number.NaN, 2 ** 40])(
  'refuses %d ms to live as an invalid option',
  async (ttlMs) => {
    await using zk = new ZooKeeper('127.0.0.1:1')
    const options = { mode: 'persistentWithTTL', ttlMs } as const
    const refused = { code: 'ZK_INVALID_OPTION' }
    await expect(zk.create('/a', null, options)).rejects.toMatchObject(refused)
    await expect(zk.multi([{ type: 'create', path: '/a', ...options }])).rejects.toMatchObject(
      refused,
    )
  },
)
