import { existsSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import {
  type ConnectionCounts,
  parseConnectionCounts,
} from '../../../src/engines/nginx/connection-counts.ts'
import { askControl } from '../../../src/engines/nginx/control-client.ts'
import { CONTROL_PATHS, nginxFiles } from '../../../src/engines/nginx/files.ts'
import { nginx as engine } from '../../../src/engines/nginx/index.ts'
import { acceptingWorkers } from '../../../src/engines/nginx/worker-processes.ts'
import type { View } from '../../../src/model/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { type RunningNginx, startNginx } from './running-nginx.ts'

describe.skipIf(missing('nginx') !== undefined)('clients at a reload', () => {
  test.each([
    { requestsPerSecond: 3_000, reloads: 20 },
    { requestsPerSecond: 500, reloads: 20 },
    { requestsPerSecond: 100, reloads: 8 },
  ])(
    '$reloads reloads under 50 keep-alive connections, $requestsPerSecond requests/s: none fails',
    async ({ requestsPerSecond, reloads }) => {
      await using backends = await startBackends(4)
      const port = await freePort()
      const endpoints = backends.all.map(({ name, port }) => endpointOf(name, port))
      const view = (count: number) =>
        viewOf({
          listeners: [listenerOf(port)],
          services: [serviceOf('shop', endpoints.slice(0, count))],
        })
      await using nginx = await startNginx(view(4))
      const load = startLoad({ port, connections: 50, requestsPerSecond, keepAlive: true })
      // Between two reloads clients keep their connections: those are what the next one may lose.
      const kept = async () => {
        const answered = load.report.ok
        await waitFor('every client to be connected', () => load.report.ok >= answered + 50)
        const { connections, ok } = load.report
        await waitFor('connections to be kept', () => load.report.ok >= ok + 100)
        expect(load.report.connections - connections).toBeLessThan(50)
      }
      for (let reload = 0; reload < reloads; reload++) {
        await kept()
        await nginx.serve(view(1 + (reload % 4)))
      }
      await kept()
      const report = await load.stop()
      expect(load.failed(), JSON.stringify(report)).toBe(0)
    },
    120_000,
  )

  test('it takes as long as clients need: none, one that is active, one that rests', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    // The best of some, since the machine may be busy. nginx itself takes 100 ms.
    const none = await bestOf(10, () => reloadMs(nginx, view))
    expect(none).toBeLessThan(150)

    const load = startLoad({ port, connections: 5, requestsPerSecond: 25, keepAlive: true })
    const active = await bestOf(3, async () => {
      const answered = load.report.ok
      await waitFor('every client to be connected', () => load.report.ok >= answered + 10)
      return reloadMs(nginx, view)
    })
    await load.stop()
    expect(load.failed(), JSON.stringify(load.report)).toBe(0)
    expect(active).toBeGreaterThan(none)
    expect(active).toBeLessThan(500)

    const resting = await bestOf(3, async () => {
      const agent = new Agent({ keepAlive: true })
      await request(port, { agent })
      const tookMs = await reloadMs(nginx, view)
      agent.destroy()
      return tookMs
    })
    expect(resting).toBeGreaterThan(500)
    expect(resting).toBeLessThan(900)
  })

  test('after prepareReload a reload does not wait again', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    const flag = nginxFiles(nginx.paths).drainFlag
    // A client that rests until the reload is done, so that there is something to wait for.
    const withResting = async (reload: () => Promise<number>) => {
      const agent = new Agent({ keepAlive: true })
      await request(port, { agent })
      const tookMs = await reload()
      expect(existsSync(flag)).toBe(false)
      agent.destroy()
      return tookMs
    }
    const plain = await bestOf(3, () => withResting(() => reloadMs(nginx, view)))
    const prepared = await bestOf(3, () =>
      withResting(async () => {
        await nginx.control.prepareReload?.()
        expect(existsSync(flag)).toBe(true)
        const keeping = new Agent({ keepAlive: true })
        const { headers } = await request(port, { agent: keeping })
        expect(headers['connection']).toBe('close')
        keeping.destroy()
        return reloadMs(nginx, view)
      }),
    )
    expect(prepared).toBeLessThan(plain - 300)
  })

  test('a request that takes long is not waited for, and told that its connection ends', async () => {
    let answer = () => {}
    const backend = createServer((_, response) => {
      answer = () => response.end('late\n')
    })
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
    const address = backend.address()
    const port = await freePort()
    const view = oneService(port, typeof address === 'object' ? (address?.port ?? 0) : 0)
    await using nginx = await startNginx(view)
    const agent = new Agent({ keepAlive: true })
    const late = request(port, { agent })
    await waitFor('the request to arrive', async () => (await connectionCounts(nginx))?.busy === 1)
    expect(await bestOf(3, () => reloadMs(nginx, view))).toBeLessThan(450)
    answer()
    // It began before the flag, and the worker that quits says it by itself.
    const { status, headers } = await late
    expect([status, headers['connection']]).toEqual([200, 'close'])
    agent.destroy()
    backend.close()
  })

  test('connections of a worker that was killed, which nginx counts on, are not waited for long', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    const agent = new Agent({ keepAlive: true })
    await request(port, { agent })
    for (const pid of (await acceptingWorkers(nginx.program.pid)) ?? [])
      process.kill(pid, 'SIGKILL')
    await waitFor('nginx to start a new one', () => request(port).catch(() => undefined))
    expect((await connectionCounts(nginx))?.idle).toBe(1)
    expect(await bestOf(3, () => reloadMs(nginx, view))).toBeLessThan(900)
    agent.destroy()
  })
})

/** How long a reload of the same view takes, from the call to its end. */
async function reloadMs(nginx: RunningNginx, view: View): Promise<number> {
  const generation = nginx.nextGeneration()
  await nginx.switchTo(engine.render(view, { paths: nginx.paths, generation }))
  const started = performance.now()
  await nginx.control.reload(generation)
  return performance.now() - started
}

async function bestOf(times: number, measure: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY
  for (let time = 0; time < times; time++) best = Math.min(best, await measure())
  return best
}

async function connectionCounts(nginx: RunningNginx): Promise<ConnectionCounts | undefined> {
  const { controlSocket } = nginxFiles(nginx.paths)
  return parseConnectionCounts(await askControl(controlSocket, CONTROL_PATHS.connections))
}

function oneService(port: number, backendPort: number): View {
  return viewOf({
    listeners: [listenerOf(port)],
    routes: [routeOf('shop')],
    services: [serviceOf('shop', [endpointOf('a', backendPort)])],
  })
}
