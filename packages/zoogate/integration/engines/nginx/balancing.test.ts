import { Agent } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { Algorithm, Endpoint, ServicePool, View } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { NGINX_ENGINES, startNginx } from './running-nginx.ts'

const pool = (endpoints: readonly Endpoint[], parts: Partial<ServicePool> = {}) =>
  viewOf({ services: [serviceOf('shop', endpoints, parts)] }).services.get('shop') as ServicePool

describe.skipIf(missing('nginx') !== undefined).each(NGINX_ENGINES)(
  'balancing $name',
  ({ engine }) => {
    const start = (view: View) => startNginx(view, engine)

    async function answersOf(pool: ServicePool, count: number): Promise<Map<string, number>> {
      const port = await freePort()
      await using _ = await start(viewOf({ listeners: [listenerOf(port)], services: [pool] }))
      return await whoAnswers(port, count)
    }

    test('round robin honours weights exactly; draining, down and weight 0 get nothing', async () => {
      await using backends = await startBackends(5)
      const [a, b, c, d, e] = backends.all.map(({ port }) => port) as [number, ...number[]]
      const endpoints = [
        endpointOf('a', a, { weight: 3 }),
        endpointOf('b', b ?? 0, { weight: 1 }),
        endpointOf('c', c ?? 0, { state: 'draining' }),
        endpointOf('d', d ?? 0, { state: 'down' }),
        endpointOf('e', e ?? 0, { weight: 0 }),
      ]
      expect(await answersOf(pool(endpoints), 80)).toEqual(
        new Map([
          ['b0', 60],
          ['b1', 20],
        ]),
      )
    })

    test.each<Algorithm>(['random', 'leastRequest', 'powerOfTwoChoices'])(
      '%s reaches every endpoint, the heavier one more often',
      async (algorithm) => {
        await using backends = await startBackends(3)
        const endpoints = backends.all.map(({ name, port }, index) =>
          endpointOf(name, port, { weight: index === 0 ? 4 : 1 }),
        )
        const answers = await answersOf(pool(endpoints, { algorithm }), 300)
        expect([...answers.keys()].sort()).toEqual(['b0', 'b1', 'b2'])
        // Two thirds, 200, are meant; by chance fewer than 150 come once in a billion times.
        expect(answers.get('b0')).toBeGreaterThan(150)
      },
    )

    test('least request leaves a busy endpoint alone', async () => {
      const held: (() => void)[] = []
      await using busy = await startEchoBackend((_, response) =>
        held.push(() => response.end('busy')),
      )
      await using backends = await startBackends(1)
      const port = await freePort()
      const endpoints = [
        endpointOf('busy', busy.port),
        endpointOf('idle', backends.all[0]?.port ?? 0),
      ]
      await using _ = await start(
        viewOf({
          listeners: [listenerOf(port)],
          services: [pool(endpoints, { algorithm: 'leastRequest' })],
        }),
      )
      const waiting = [request(port), request(port)]
      await waitFor('the busy endpoint to be asked', () => busy.asked.length === 1)
      expect(await whoAnswers(port, 20)).toEqual(new Map([['b0', 20]]))
      for (const release of held) release()
      expect((await Promise.all(waiting)).map(({ body }) => body.trim()).sort()).toEqual([
        'b0',
        'busy',
      ])
    })

    test('consistent hash keeps a client on its endpoint, and moves it only when that goes', async () => {
      await using backends = await startBackends(4)
      const endpoints = backends.all.map(({ name, port }) => endpointOf(name, port, { weight: 10 }))
      const hashed = (some: readonly Endpoint[]) => pool(some, { algorithm: 'consistentHash' })
      const answers = await answersOf(hashed(endpoints), 20)
      expect(answers.size).toBe(1)
      const [mine] = [...answers.keys()]
      const others = endpoints.filter(({ id }) => id !== mine)
      const without = others.slice(1)
      expect(
        await answersOf(hashed(endpoints.filter((e) => !others.slice(0, 1).includes(e))), 5),
      ).toEqual(new Map([[mine, 5]]))
      expect((await answersOf(hashed(without), 5)).has(mine ?? '')).toBe(false)
    })

    test('backends of a route share its requests by their weights', async () => {
      await using backends = await startBackends(2)
      const port = await freePort()
      const services = backends.all.map(({ name, port }) =>
        serviceOf(name, [endpointOf('only', port)]),
      )
      const split = [
        { service: 'b0', weight: 90 },
        { service: 'b1', weight: 10 },
      ]
      await using _ = await start(
        viewOf({
          listeners: [listenerOf(port)],
          routes: [routeOf('split', { backends: split })],
          services,
        }),
      )
      const answers = await whoAnswers(port, 1_000)
      // 100 are meant, with a standard deviation of 9.5.
      expect(answers.get('b1')).toBeGreaterThan(45)
      expect(answers.get('b1')).toBeLessThan(160)
      expect((answers.get('b0') ?? 0) + (answers.get('b1') ?? 0)).toBe(1_000)
    })

    test('no more connections to an endpoint than its maximum', async () => {
      const held: (() => void)[] = []
      await using backend = await startEchoBackend((_, response) =>
        held.push(() => response.end('ok')),
      )
      const port = await freePort()
      const connections = { connectTimeoutMs: 1_000, max: 2 }
      await using _ = await start(
        viewOf({
          listeners: [listenerOf(port)],
          services: [pool([endpointOf('a', backend.port)], { connections })],
        }),
      )
      const waiting = [request(port), request(port)]
      await waitFor('both to be asked', () => held.length === 2)
      expect((await request(port)).status).toBe(503)
      for (const release of held) release()
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
    })

    test('connections to endpoints are kept for the next request', async () => {
      const sockets = new Set<number | undefined>()
      await using backend = await startEchoBackend((_, response) => {
        sockets.add(response.socket?.remotePort)
        response.end('ok')
      })
      const port = await freePort()
      await using _ = await start(
        viewOf({
          listeners: [listenerOf(port)],
          services: [pool([endpointOf('a', backend.port)])],
          concurrency: { workers: 1 },
        }),
      )
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (let count = 0; count < 20; count++) await request(port, { agent })
      agent.destroy()
      expect(sockets.size).toBe(1)
    })
  },
)
