import { describe, expect, it } from 'vitest'
import { startApacheZooKeeper } from '../support/apache-zookeeper.ts'
import { whoAnswers } from '../support/http.ts'
import { startInstance } from '../support/instance.ts'
import { startLoad } from '../support/load.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'
import { waitFor } from '../support/wait-for.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('zookeeper')

/** Twice the session timeout: every session has expired when ZooKeeper comes back. */
const AWAY_MS = 20_000

describe.skipIf(absent !== undefined)('F1: ZooKeeper killed under load', () => {
  it('fails no request, and the next change arrives after its return', async () => {
    await using zookeeper = await startApacheZooKeeper()
    await using stack = await startStack({ engines: ENGINES, zookeeper: zookeeper.connectString })
    await using _a = await startInstance(stack, 'a')
    await using _b = await startInstance(stack, 'b')
    const everywhere = (names: string[]) =>
      waitFor(
        `${names} to answer through every engine`,
        async () => {
          for (const engine of ENGINES) {
            const found = [...(await whoAnswers(stack.port(engine), 12)).keys()].sort()
            if (found.join() !== names.join()) return false
          }
          return true
        },
        { timeoutMs: 30_000 },
      )
    await everywhere(['a', 'b'])

    const loads = ENGINES.map((engine) =>
      startLoad({
        port: stack.port(engine),
        connections: 50,
        requestsPerSecond: 300,
        keepAlive: true,
      }),
    )
    await zookeeper.kill()
    const killedAt = Date.now()
    await waitFor('20 s without ZooKeeper', () => Date.now() - killedAt > AWAY_MS, {
      timeoutMs: AWAY_MS + 5_000,
    })
    await zookeeper.restart()
    await using _c = await startInstance(stack, 'c')
    await everywhere(['a', 'b', 'c'])
    for (const [index, load] of loads.entries()) {
      const report = await load.stop()
      expect(load.failed(), `${ENGINES[index]}: ${JSON.stringify(report)}`).toBe(0)
    }
  })
})
