import { existsSync } from 'node:fs'
import { Agent, createServer } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { parseConnectionCounts } from '../../../src/engines/nginx/control/connection-counts.ts'
import { askControl } from '../../../src/engines/nginx/control/control-client.ts'
import { acceptingWorkers } from '../../../src/engines/nginx/control/worker-processes.ts'
import { nginx as engine } from '../../../src/engines/nginx/index.ts'
import { CONTROL_PATHS, nginxFiles } from '../../../src/engines/nginx/render/files.ts'
import { type ConnectionCounts, DRAIN_TIMES } from '../../../src/engines/shared/drain-window.ts'
import type { View } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { oneService } from '../shop.ts'
import { type Drain, type RunningNginx, startNginx } from './running-nginx.ts'

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

  // By the time that counted, not by the clock: what a busy machine takes away does not count.
  test('it takes as long as clients need: none, one that is active, one that rests', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    const none = await drainOf(nginx, view)
    expect(none.idle).toBe(0)
    expect(none.countedMs).toBeLessThan(DRAIN_TIMES.settleMs + DRAIN_TIMES.stepMaxMs)

    const load = startLoad({ port, connections: 5, requestsPerSecond: 25, keepAlive: true })
    await waitFor('every client to be connected', () => load.report.ok >= 10)
    const active = await drainOf(nginx, view)
    expect(active.idle).toBe(0)
    expect(active.looks).toBeGreaterThan(1)
    await load.stop()
    expect(load.failed(), JSON.stringify(load.report)).toBe(0)

    const agent = new Agent({ keepAlive: true })
    await request(port, { agent })
    const resting = await drainOf(nginx, view)
    agent.destroy()
    expect(resting.idle).toBe(1)
    expectGivenUp(resting)
  })

  test('after prepareReload a reload does not wait again', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = oneService(port, backends.all[0]?.port ?? 0)
    await using nginx = await startNginx(view)
    const flag = nginxFiles(nginx.paths).drainFlag
    // A client that rests until the reload is done, so that there is something to wait for.
    const agent = new Agent({ keepAlive: true })
    await request(port, { agent })
    await nginx.control.prepareReload?.()
    expect(existsSync(flag)).toBe(true)
    const keeping = new Agent({ keepAlive: true })
    const { headers } = await request(port, { agent: keeping })
    expect(headers['connection']).toBe('close')
    keeping.destroy()
    const [prepared] = nginx.drains
    expect(prepared?.looks).toBeGreaterThan(1)
    expect((await drainOf(nginx, view)).looks).toBe(1)
    expect(existsSync(flag)).toBe(false)
    agent.destroy()
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
    const { idle, countedMs } = await drainOf(nginx, view)
    expect(idle).toBe(0)
    expect(countedMs).toBeLessThan(DRAIN_TIMES.patienceMs)
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
    const counts = () => connectionCounts(nginx)
    await waitFor('nginx to count the dead one', async () => (await counts())?.idle === 1)
    expectGivenUp(await drainOf(nginx, view))
    agent.destroy()
  })
})

/** How the wait ended before a reload of the same view. */
async function drainOf(nginx: RunningNginx, view: View): Promise<Drain> {
  const generation = nginx.nextGeneration()
  await nginx.switchTo(engine.render(view, { paths: nginx.paths, generation }))
  await nginx.control.reload(generation)
  const drain = nginx.drains.at(-1)
  if (drain === undefined) throw new Error('there was no drain')
  return drain
}

/** It waited for as long as it has patience with clients of which none goes. */
function expectGivenUp({ countedMs }: Drain): void {
  const { patienceMs, stepMaxMs } = DRAIN_TIMES
  expect(countedMs).toBeGreaterThanOrEqual(patienceMs)
  expect(countedMs).toBeLessThan(patienceMs + stepMaxMs)
}

async function connectionCounts(nginx: RunningNginx): Promise<ConnectionCounts | undefined> {
  const { controlSocket } = nginxFiles(nginx.paths)
  const { text } = await askControl(controlSocket, { path: CONTROL_PATHS.connections })
  return parseConnectionCounts(text)
}
