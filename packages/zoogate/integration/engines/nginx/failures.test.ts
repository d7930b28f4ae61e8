import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { Algorithm } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startBackendProcess } from './backend-process.ts'
import { startBlackHole } from './black-hole.ts'
import { startNginx } from './running-nginx.ts'

describe.skipIf(missing('nginx') !== undefined)('when endpoints fail', () => {
  test.each<Algorithm>(['roundRobin', 'leastRequest', 'consistentHash', 'powerOfTwoChoices'])(
    'kill -9 of two backends of three, one after the other: no GET fails (%s)',
    async (algorithm) => {
      await using backends = await startBackends(1)
      const ports = [await freePort(), await freePort()]
      await using first = await startBackendProcess('p0', ports[0] ?? 0)
      await using second = await startBackendProcess('p1', ports[1] ?? 0)
      const port = await freePort()
      const endpoints = [...ports, backends.all[0]?.port ?? 0].map((each, index) =>
        endpointOf(`e${index}`, each),
      )
      await using _ = await startNginx(
        viewOf({
          listeners: [listenerOf(port)],
          services: [serviceOf('shop', endpoints, { algorithm })],
        }),
      )
      const load = startLoad({ port, connections: 20, requestsPerSecond: 600, keepAlive: true })
      const answered = (name: string) => load.report.bodies[name] ?? 0
      await waitFor('some requests to be answered', () => load.report.ok > 200)
      first.kill('SIGKILL')
      await first.exited
      const before = load.report.ok
      await waitFor('many more to be answered', () => load.report.ok > before + 300)
      second.kill('SIGKILL')
      await second.exited
      const survived = answered('b0')
      await waitFor('the survivor to answer', () => answered('b0') > survived + 300)
      const report = await load.stop()
      expect(load.failed(), JSON.stringify(report)).toBe(0)
    },
  )

  test('a POST is tried elsewhere where nobody had it, and never twice', async () => {
    await using resetting = await startEchoBackend((_, response) => response.socket?.destroy())
    await using backends = await startBackends(1)
    const port = await freePort()
    const dead = endpointOf('dead', await freePort())
    const live = endpointOf('live', backends.all[0]?.port ?? 0)
    const view = (other: typeof dead) =>
      viewOf({ listeners: [listenerOf(port)], services: [serviceOf('shop', [other, live])] })
    await using nginx = await startNginx(view(dead))
    const post = async () => (await request(port, { method: 'POST', body: 'order' })).status
    for (let count = 0; count < 4; count++) expect(await post()).toBe(200)

    await nginx.serve(view(endpointOf('dead', resetting.port)))
    const statuses = [await post(), await post(), await post(), await post()]
    expect(statuses.filter((status) => status === 502)).toHaveLength(resetting.asked.length)
    expect(resetting.asked.length).toBeGreaterThan(0)
  })

  test('the last endpoint is never left out, however often it failed', async () => {
    let broken = true
    await using flaky = await startEchoBackend((_, response) => {
      if (broken) response.socket?.destroy()
      else response.end('back')
    })
    const port = await freePort()
    const endpoints = [endpointOf('dead', await freePort()), endpointOf('flaky', flaky.port)]
    await using _ = await startNginx(
      viewOf({
        listeners: [listenerOf(port)],
        services: [serviceOf('shop', endpoints)],
        concurrency: { workers: 1 },
      }),
    )
    for (let count = 0; count < 10; count++) expect((await request(port)).status).toBe(502)
    broken = false
    expect(await request(port)).toMatchObject({ status: 200, body: 'back' })
  })

  test('an endpoint that does not take connections costs its timeout, and no request', async () => {
    await using hole = await startBlackHole()
    await using backends = await startBackends(1)
    const port = await freePort()
    const endpoints = [
      endpointOf('hole', hole.port),
      endpointOf('live', backends.all[0]?.port ?? 0),
    ]
    await using _ = await startNginx(
      viewOf({
        listeners: [listenerOf(port)],
        services: [serviceOf('shop', endpoints, { connections: { connectTimeoutMs: 100 } })],
      }),
    )
    for (let count = 0; count < 10; count++) expect((await request(port)).body.trim()).toBe('b0')
  })

  test('timeouts of a route give 504, in time', async () => {
    await using silent = await startEchoBackend(() => {})
    const port = await freePort()
    const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
    const endpoints = [endpointOf('a', silent.port), endpointOf('b', silent.port)]
    await using _ = await startNginx(
      viewOf({
        listeners: [listenerOf(port)],
        routes: [
          routeOf('shop', { id: '1', ...prefix('/request'), timeouts: { requestMs: 300 } }),
          routeOf('shop', {
            id: '2',
            ...prefix('/both'),
            timeouts: { requestMs: 450, backendRequestMs: 200 },
          }),
          routeOf('shop', { id: '3', ...prefix('/one'), timeouts: { backendRequestMs: 200 } }),
        ],
        services: [serviceOf('shop', endpoints, { algorithm: 'random' })],
      }),
    )
    const timed = async (path: string, method = 'GET') => {
      const asked = silent.asked.length
      const started = performance.now()
      const { status } = await request(port, { path, method })
      const tookMs = performance.now() - started
      return { status, tookMs, attempts: silent.asked.length - asked }
    }
    const whole = await timed('/request')
    expect(whole).toMatchObject({ status: 504, attempts: 1 })
    expect(whole.tookMs).toBeGreaterThan(290)
    // An attempt at each endpoint; the request's own time is not over before the second begins.
    const both = await timed('/both')
    expect(both).toMatchObject({ status: 504, attempts: 2 })
    expect(both.tookMs).toBeGreaterThan(390)
    // A method that must not be repeated has one attempt.
    expect(await timed('/one', 'POST')).toMatchObject({ status: 504, attempts: 1 })
  })

  test('no endpoint: 503, not 502', async () => {
    const port = await freePort()
    const endpoints = [endpointOf('a', 1, { state: 'down' }), endpointOf('b', 2, { weight: 0 })]
    await using nginx = await startNginx(
      viewOf({ listeners: [listenerOf(port)], services: [serviceOf('shop', endpoints)] }),
    )
    const { status, body, headers } = await request(port)
    expect([status, headers['content-type']]).toEqual([503, 'text/plain'])
    expect(body).toBe('no endpoint is available\n')
    await nginx.serve(
      viewOf({ listeners: [listenerOf(port)], routes: [routeOf('shop', { backends: [] })] }),
    )
    expect((await request(port)).status).toBe(503)
  })
})
