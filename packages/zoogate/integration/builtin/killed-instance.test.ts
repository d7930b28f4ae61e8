import { describe, expect, it } from 'vitest'
import { freePort } from '../../../../test/support/free-port.ts'
import { startLoad } from '../../../../test/support/load.ts'
import { startProgram } from '../../../../test/support/program.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import type { Endpoint } from '../../src/model/view/view.ts'
import { listener, poolOf, startBackend, startBuiltinNode, viewOf } from './builtin-node.ts'

/** Answers after a moment, so that there is always something in flight to be killed. */
const INSTANCE = `
  const server = require('node:http').createServer((request, response) => {
    setTimeout(() => response.end('instance'), 5)
  })
  server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('ready'))
`

describe('an instance that is killed under load', () => {
  it('costs no GET, not even those in flight, though nobody told the proxy', async () => {
    await using steady = await startBackend('steady')
    const port = await freePort()
    const endpoint: Endpoint = { id: 'x', address: '127.0.0.1', port, weight: 1, state: 'up' }
    await using node = await startBuiltinNode((front) =>
      viewOf([listener('http', front)], poolOf([steady.endpoint, endpoint])),
    )
    const load = startLoad({
      port: node.port,
      connections: 50,
      requestsPerSecond: 500,
      keepAlive: true,
    })
    const answers = () => load.report.bodies['instance'] ?? 0
    for (let round = 0; round < 3; round++) {
      const before = answers()
      await using instance = await startProgram('node', ['-e', INSTANCE, String(port)], {
        ready: /ready/,
      })
      await waitFor('the instance to take requests', () => answers() > before + 20, {
        timeoutMs: 30_000,
      })
      instance.kill('SIGKILL')
      await instance.exited
      const ok = load.report.ok
      await waitFor('requests after it', () => load.report.ok > ok + 100, { timeoutMs: 30_000 })
    }
    await load.stop()
    expect(load.failed()).toBe(0)
    const { counters } = await node.observation()
    expect(counters['retries']).toBeGreaterThan(0)
  })

  it('is taken out by its health check, and back in', async () => {
    await using steady = await startBackend('steady')
    const port = await freePort()
    const endpoint: Endpoint = { id: 'x', address: '127.0.0.1', port, weight: 1, state: 'up' }
    await using node = await startBuiltinNode((front) =>
      viewOf([listener('http', front)], {
        ...poolOf([steady.endpoint, endpoint]),
        healthCheck: {
          probe: { type: 'http', path: '/healthz', statusFrom: 200, statusTo: 399 },
          intervalMs: 50,
          timeoutMs: 1_000,
          rise: 2,
          fall: 2,
        },
      }),
    )
    const health = async () => {
      const { services } = await node.control.observe()
      return services.get('shop')?.find(({ id }) => id === 'x')?.health
    }
    await waitFor('its failure to be seen', async () => (await health()) === 'failing')
    await using _ = await startProgram('node', ['-e', INSTANCE, String(port)], { ready: /ready/ })
    await waitFor('its return to be seen', async () => (await health()) === 'passing')
    const answers = new Set<string>()
    for (let i = 0; i < 4; i++) {
      answers.add(await (await fetch(`http://127.0.0.1:${node.port}/`)).text())
    }
    expect([...answers].sort()).toEqual(['instance', 'steady'])
  })
})
