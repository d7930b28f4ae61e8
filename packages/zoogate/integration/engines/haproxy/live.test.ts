import { describe, expect, test } from 'vitest'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { runCommands } from '../../../src/engines/haproxy/control/command-socket.ts'
import { parseServersState } from '../../../src/engines/haproxy/control/servers-state.ts'
import { adminSocket } from '../../../src/engines/haproxy/render/names.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'
import { endpointOf, serviceOf } from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startEndpoints, startShop } from '../shop.ts'
import { startHaproxy } from './running-haproxy.ts'

describe.skipIf(missing('haproxy') !== undefined)('live changes', () => {
  test('whatever the servers were, they become the endpoints that are given', async () => {
    await using four = await startEndpoints(4)
    const [a, b, c, d] = four.all
    await using shop = await startShop(startHaproxy, [a])
    const tables: readonly (readonly Endpoint[])[] = [
      [a, b],
      [a, { ...b, weight: 5 }, { ...c, state: 'draining' }],
      [{ ...a, state: 'draining', weight: 7 }, { ...b, state: 'down' }, c, { ...d, weight: 0 }],
      [
        { ...a, state: 'up' },
        { ...b, port: d.port },
        { ...d, state: 'down' },
      ],
      [],
      [a, b, c, d],
      [d],
    ]
    for (const endpoints of tables) {
      await shop.apply(endpoints)
      const { generation, services } = await shop.engine.control.observe()
      expect(generation).toBe('1')
      expect(services.get('shop') ?? []).toEqual(
        endpoints.map((endpoint) => ({ ...endpoint, health: 'unknown' })),
      )
    }
    expect(await whoAnswers(shop.port, 5)).toEqual(new Map([['b3', 5]]))
  })

  test('servers that were taken out are deleted once their connections are closed', async () => {
    const answers: (() => void)[] = []
    await using slow = await startEchoBackend((_, response) => {
      answers.push(() => response.end('slow'))
    })
    await using others = await startEndpoints(1)
    await using shop = await startShop(startHaproxy, [endpointOf('slow', slow.port), ...others.all])
    const { engine: haproxy, port } = shop
    // Only a request that is under way holds the server for as long as this test looks at it.
    const asked = [request(port), request(port)]
    await waitFor('one request to arrive at the slow endpoint', () => answers.length === 1)
    await shop.apply(others.all)
    expect(await shop.observed()).toHaveLength(1)
    const servers = async () =>
      parseServersState(await runCommands(adminSocket(haproxy.paths), ['show servers state']))
    expect(await servers()).toHaveLength(2)
    answers[0]?.()
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200])
    await waitFor('the slow endpoint to be deleted', async () => (await servers()).length === 1, {
      timeoutMs: 30_000,
    })
  })

  test('a request in flight on an endpoint that is removed, and comes back, is finished', async () => {
    const answers: (() => void)[] = []
    await using slow = await startEchoBackend((_, response) => {
      answers.push(() => response.end('slow'))
    })
    await using others = await startEndpoints(1)
    const first = endpointOf('slow', slow.port)
    await using shop = await startShop(startHaproxy, [first])
    const { port } = shop
    const pending = request(port)
    await waitFor('the request to arrive', () => answers.length === 1)
    await shop.apply([])
    expect((await request(port)).status).toBe(503)
    // Under the same name, somewhere else: the server that waits for its deletion takes it over.
    await shop.apply([{ ...first, port: others.all[0].port }])
    expect((await request(port)).body).toBe('b0\n')
    answers[0]?.()
    expect((await pending).body).toBe('slow')
  })

  test('100 times out and in again under load: no reload, and no request fails', async () => {
    await using endpoints = await startEndpoints(4)
    await using shop = await startShop(startHaproxy, endpoints.all)
    const load = startLoad({
      port: shop.port,
      connections: 50,
      requestsPerSecond: 800,
      keepAlive: true,
    })
    await waitFor('load', () => load.report.ok > 200)
    for (let round = 0; round < 100; round++) {
      const one = endpoints.all[round % 4] as Endpoint
      const others = endpoints.all.filter(({ id }) => id !== one.id)
      await shop.apply([...others, { ...one, state: 'draining' }])
      await shop.apply(others)
      const before = load.report.ok
      await waitFor('some requests', () => load.report.ok > before + 10, { everyMs: 5 })
      await shop.apply([...others, { ...one, weight: (round % 5) + 1 }])
    }
    const report = await load.stop()
    expect(load.failed(), JSON.stringify(report)).toBe(0)
    expect(Object.keys(report.bodies).sort()).toEqual(['b0', 'b1', 'b2', 'b3'])
    expect(shop.engine.log()).not.toContain('Reloading')
  })

  test('one change takes effect within some milliseconds', async () => {
    await using others = await startEndpoints(1)
    await using shop = await startShop(startHaproxy, [])
    const [target] = others.all
    const times: number[] = []
    const endpoints: Endpoint[] = []
    for (let index = 0; index < 100; index++) {
      endpoints.push({ ...target, id: `e${index}` })
      const started = performance.now()
      await shop.apply(endpoints)
      times.push(performance.now() - started)
    }
    times.sort((one, other) => one - other)
    console.info(
      `one addition: median ${times[50]?.toFixed(2)} ms, p99 ${times[99]?.toFixed(2)} ms`,
    )
    // It is 1 to 3 ms; the machine may be busy with other things.
    expect(times[50]).toBeLessThan(25)
  })

  test('what HAProxy refuses is said in its words', async () => {
    await using shop = await startShop(startHaproxy, [])
    await expect(
      shop.engine.control.applyEndpoints([serviceOf('unknown', [endpointOf('a', 80)])]),
    ).rejects.toMatchObject({
      code: 'ENGINE_LIVE_FAILED',
      message: expect.stringMatching(/backend/),
    })
    const hostile = endpointOf('a;shutdown frontend listener-http\n', 80)
    await expect(shop.apply([hostile])).rejects.toMatchObject({ code: 'ENGINE_LIVE_FAILED' })
    expect((await shop.observed()) ?? []).toEqual([])
  })
})
