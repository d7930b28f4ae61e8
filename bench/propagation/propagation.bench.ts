import { Agent } from 'node:http'
import { ZooKeeper } from '@zoogate/zookeeper'
import { describe, expect, it } from 'vitest'
import { startApacheZooKeeper } from '../../test/support/apache-zookeeper.ts'
import { type Backend, startBackends } from '../../test/support/backends.ts'
import { request } from '../../test/support/http.ts'
import { startStack } from '../../test/support/stack.ts'
import { waitFor } from '../../test/support/wait-for.ts'
import { FRONTS } from '../lib/fronts.ts'
import { quantile, recordResult } from '../lib/results.ts'

const ROUNDS = Number(process.env['ZOOGATE_RUNS'] ?? '100')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname

/**
 * From the moment that a registration's znode is sent to ZooKeeper, to the first request that its
 * instance has answered through the engine. One client asks all the time over one keep-alive
 * connection; another instance is there already, so that every second request is the newcomer's.
 */
describe('propagation: registration to first answered request', () => {
  it.each(
    FRONTS.flatMap((front) => [
      { ...front, server: 'embedded' as const },
      { ...front, server: 'apache' as const },
    ]),
  )(
    '$name on $server ZooKeeper',
    async ({ name, engine, environment, server }) => {
      await using apache = server === 'apache' ? await startApacheZooKeeper() : undefined
      await using stack = await startStack({
        engines: [engine],
        ...(environment === undefined ? {} : { environment }),
        ...(apache === undefined ? {} : { zookeeper: apache.connectString }),
      })
      await using backends = await startBackends(2)
      await using zookeeper = new ZooKeeper(stack.zookeeper)
      await zookeeper.connect()
      const [resident, newcomer] = backends.all
      if (resident === undefined || newcomer === undefined) throw new Error('no backends')
      await zookeeper.create('/zoogate/services/shop/resident', resident.registration(), {
        mode: 'ephemeral',
      })
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const ask = async () => (await request(stack.port(engine), { agent })).body.trim()
      await waitFor('the resident to answer', async () => (await ask()) === resident.name)
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) {
        times.push(await timeOne(zookeeper, newcomer, `n${round}`, ask))
      }
      agent.destroy()
      const result = {
        bench: 'propagation',
        engine: name,
        server,
        rounds: ROUNDS,
        p50Ms: Number(quantile(times, 0.5).toFixed(1)),
        p99Ms: Number(quantile(times, 0.99).toFixed(1)),
        maxMs: Number(Math.max(...times).toFixed(1)),
      }
      recordResult(RESULTS, result)
      expect(times).toHaveLength(ROUNDS)
    },
    600_000,
  )
})

async function timeOne(
  zookeeper: ZooKeeper,
  newcomer: Backend,
  id: string,
  ask: () => Promise<string>,
): Promise<number> {
  const path = `/zoogate/services/shop/${id}`
  const startedAt = performance.now()
  const created = zookeeper.create(path, newcomer.registration(), { mode: 'ephemeral' })
  while ((await ask()) !== newcomer.name) {
    if (performance.now() - startedAt > 30_000) throw new Error(`${id} never answered`)
  }
  const took = performance.now() - startedAt
  await created
  await zookeeper.setData(path, newcomer.registration({ state: 'down' }))
  await zookeeper.delete(path)
  let without = 0
  await waitFor(
    `${id} to be gone`,
    async () => {
      without = (await ask()) === newcomer.name ? 0 : without + 1
      return without >= 4
    },
    { everyMs: 1 },
  )
  return took
}
