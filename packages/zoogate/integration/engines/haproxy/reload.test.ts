import { appendFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { haproxy as engine } from '../../../src/engines/haproxy/index.ts'
import type { Algorithm } from '../../../src/model/view/view.ts'
import { endpointOf, listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startBackendProcess } from '../nginx/backend-process.ts'
import { startHaproxy } from './running-haproxy.ts'

describe.skipIf(missing('haproxy') !== undefined)('reloads', () => {
  test('a new worker knows who is draining, and who fails its checks', async () => {
    await using backends = await startBackends(2)
    await using failing = await startEchoBackend((asked, response) => {
      response.statusCode = asked.url === '/healthz' ? 500 : 200
      response.end('failing')
    })
    const port = await freePort()
    const [first = 0, second = 0] = backends.all.map((each) => each.port)
    const endpoints = [
      endpointOf('draining', first, { state: 'draining', weight: 9 }),
      endpointOf('failing', failing.port),
      endpointOf('good', second),
    ]
    // Three failures in a row take seconds: longer than this test looks after the reload.
    const healthCheck = {
      probe: { type: 'http' as const, path: '/healthz', statusFrom: 200, statusTo: 399 },
      ...{ intervalMs: 1_000, timeoutMs: 1_000, rise: 1, fall: 3 },
    }
    // Backends answer any path with 200.
    const pool = serviceOf('shop', endpoints, { healthCheck })
    const view = viewOf({ listeners: [listenerOf(port)], services: [pool] })
    await using haproxy = await startHaproxy(view)
    await haproxy.control.applyEndpoints([pool])
    const observed = async () => (await haproxy.control.observe()).services.get('shop')
    await waitFor('the check to fail', async () =>
      (await observed())?.some(({ id, health }) => id === 'failing' && health === 'failing'),
    )
    await haproxy.serve(view)
    const after = (await observed()) ?? []
    expect(after.map(({ health: _, ...endpoint }) => endpoint)).toEqual(endpoints)
    expect(after.find(({ id }) => id === 'failing')?.health).toBe('failing')
    expect(await whoAnswers(port, 20)).toEqual(new Map([['b1', 20]]))
  })

  test('a configuration that HAProxy refuses is refused in its words, and changes nothing', async () => {
    const port = await freePort()
    const view = viewOf({ listeners: [listenerOf(port)] })
    await using haproxy = await startHaproxy(view)
    const generation = haproxy.nextGeneration()
    const folder = await haproxy.switchTo(engine.render(view, { paths: haproxy.paths, generation }))
    await appendFile(join(folder, 'service-shop.cfg'), '    balance nonsense\n')
    await expect(engine.validate(folder, haproxy.paths)).rejects.toMatchObject({
      code: 'ENGINE_INVALID',
      message: expect.stringMatching(/^parsing \[service-shop\.cfg:\d+\] : .*balance/),
    })
    // Forced upon it, for once: the former worker goes on, and HAProxy's log says why.
    await expect(haproxy.control.reload(generation)).rejects.toMatchObject({
      code: 'ENGINE_RELOAD_FAILED',
      message: expect.stringContaining('service-shop.cfg'),
    })
    expect((await request(port)).status).toBe(503)
    expect((await haproxy.control.observe()).generation).toBe('1')
    await haproxy.serve(view)
    expect((await haproxy.control.observe()).generation).toBe('3')
  })

  test('a listener on a port that is taken: the reload fails, the former worker serves', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const services = [serviceOf('shop', [endpointOf('a', backends.all[0]?.port ?? 0)])]
    await using haproxy = await startHaproxy(viewOf({ listeners: [listenerOf(port)], services }))
    const other = createServer()
    const taken = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => {
        const address = other.address()
        resolve(address !== null && typeof address === 'object' ? address.port : 0)
      }),
    )
    const listeners = [listenerOf(port), listenerOf(taken, { name: 'taken' })]
    try {
      await expect(haproxy.serve(viewOf({ listeners, services }))).rejects.toMatchObject({
        code: 'ENGINE_RELOAD_FAILED',
        message: expect.stringMatching(/[Aa]ddress already in use|cannot bind/),
      })
    } finally {
      await new Promise((resolve) => other.close(resolve))
    }
    expect((await request(port)).body).toBe('b0\n')
    expect((await haproxy.control.observe()).generation).toBe('1')
    await haproxy.serve(viewOf({ listeners, services }))
    expect((await request(taken)).status).toBe(404)
  })
})

describe.skipIf(missing('haproxy') !== undefined)('file descriptors', () => {
  test('are as many as the host allows: more connections are promised, and requests served', async () => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const view = (maxConnections: number) =>
      viewOf({
        listeners: [listenerOf(port)],
        services: [serviceOf('shop', [endpointOf('a', backends.all[0]?.port ?? 0)])],
        concurrency: { maxConnections },
      })
    await using haproxy = await startHaproxy(view(100), 1_000)
    const load = startLoad({ port, connections: 10, requestsPerSecond: 200, keepAlive: true })
    await waitFor('load', () => load.report.ok > 50)
    await haproxy.serve(view(50_000))
    expect((await haproxy.control.observe()).generation).toBe('2')
    const before = load.report.ok
    await waitFor('more requests', () => load.report.ok > before + 50)
    const report = await load.stop()
    expect(load.failed(), JSON.stringify(report)).toBe(0)
    expect(haproxy.log()).not.toContain('Cannot raise FD limit')
  })
})

describe.skipIf(missing('haproxy') !== undefined)('when endpoints fail', () => {
  test.each<Algorithm>([
    'roundRobin',
    'random',
    'leastRequest',
    'consistentHash',
    'powerOfTwoChoices',
  ])('kill -9 of one backend of three under load: no GET fails (%s)', async (algorithm) => {
    await using backends = await startBackends(2)
    const killed = await freePort()
    await using backend = await startBackendProcess('p0', killed)
    const port = await freePort()
    const endpoints = [killed, ...backends.all.map((each) => each.port)].map((each, index) =>
      endpointOf(`e${index}`, each),
    )
    const pool = serviceOf('shop', endpoints, { algorithm })
    await using haproxy = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], services: [pool] }),
    )
    const load = startLoad({ port, connections: 50, requestsPerSecond: 600, keepAlive: true })
    await waitFor('load', () => load.report.ok > 300)
    backend.kill('SIGKILL')
    await backend.exited
    const before = load.report.ok
    await waitFor('many more requests', () => load.report.ok > before + 300)
    // The agent hears of it from ZooKeeper a moment later.
    await haproxy.control.applyEndpoints([{ ...pool, endpoints: endpoints.slice(1) }])
    const after = load.report.ok
    await waitFor('many more requests', () => load.report.ok > after + 300)
    const report = await load.stop()
    expect(load.failed(), JSON.stringify(report)).toBe(0)
  })

  test('what is not idempotent is tried elsewhere where nobody had it, and never twice', async () => {
    await using resetting = await startEchoBackend((_, response) => response.socket?.destroy())
    await using backends = await startBackends(1)
    const port = await freePort()
    const live = endpointOf('live', backends.all[0]?.port ?? 0)
    const pool = (other: number) => serviceOf('shop', [endpointOf('other', other), live])
    const dead = await freePort()
    await using haproxy = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], services: [pool(dead)] }),
    )
    const ask = async (method: string) => (await request(port, { method, body: 'order' })).status
    for (let count = 0; count < 4; count++) expect(await ask('POST')).toBe(200)
    await haproxy.control.applyEndpoints([pool(resetting.port)])
    for (let count = 0; count < 4; count++) expect(await ask('PUT')).toBe(200)
    const before = resetting.asked.length
    const statuses = [await ask('POST'), await ask('POST'), await ask('PATCH'), await ask('PATCH')]
    expect(statuses.filter((status) => status === 502)).toHaveLength(
      resetting.asked.length - before,
    )
    expect(resetting.asked.length).toBeGreaterThan(before)
  })
})
