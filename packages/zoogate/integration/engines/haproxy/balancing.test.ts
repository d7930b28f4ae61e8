import { request as send } from 'node:http'
import { describe, expect, test } from 'vitest'
import { type Backends, startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { Algorithm, Endpoint, ServicePool } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startHaproxy } from './running-haproxy.ts'

const ALGORITHMS = [
  'roundRobin',
  'random',
  'leastRequest',
  'powerOfTwoChoices',
  'consistentHash',
] as const satisfies readonly Algorithm[]

describe.skipIf(missing('haproxy') !== undefined)('balancing', () => {
  test.each(ALGORITHMS)('%s takes live changes of its endpoints', async (algorithm) => {
    await using backends = await startBackends(3)
    const port = await freePort()
    const [a, b, c] = endpointsOf(backends) as [Endpoint, Endpoint, Endpoint]
    const pool = (...endpoints: Endpoint[]) => serviceOf('shop', endpoints, { algorithm })
    await using haproxy = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], services: [pool(a)] }),
    )
    const answering = async () => [...(await clients(port, 200)).keys()].sort()
    expect(await answering()).toEqual(['b0'])
    await haproxy.control.applyEndpoints([pool(a, b, c)])
    expect(await answering()).toEqual(['b0', 'b1', 'b2'])
    await haproxy.control.applyEndpoints([
      pool({ ...a, state: 'draining' }, b, { ...c, weight: 0 }),
    ])
    expect(await answering()).toEqual(['b1'])
    await haproxy.control.applyEndpoints([pool({ ...a, state: 'down' }, c)])
    expect(await answering()).toEqual(['b2'])
    await haproxy.serve(
      viewOf({
        listeners: [listenerOf(port)],
        services: [pool(a, { ...b, state: 'draining' }, { ...c, state: 'down' })],
      }),
    )
    expect(await answering()).toEqual(['b0'])
  })

  test.each(['roundRobin', 'random', 'consistentHash'] as const)(
    '%s honours weights that were set live',
    async (algorithm) => {
      await using backends = await startBackends(2)
      const port = await freePort()
      const [a, b] = endpointsOf(backends) as [Endpoint, Endpoint]
      const pool = (weight: number) => serviceOf('shop', [a, { ...b, weight }], { algorithm })
      await using haproxy = await startHaproxy(
        viewOf({ listeners: [listenerOf(port)], services: [pool(1)] }),
      )
      await haproxy.control.applyEndpoints([pool(4)])
      const share = ((await clients(port, 500)).get('b1') ?? 0) / 500
      expect(share).toBeGreaterThan(0.65)
      expect(share).toBeLessThan(0.95)
    },
  )

  test('consistentHash: a client keeps its endpoint, through changes and reloads', async () => {
    await using backends = await startBackends(5)
    const port = await freePort()
    const endpoints = endpointsOf(backends).map((each) => ({ ...each, weight: 10 }))
    const pool = (list: readonly Endpoint[]) =>
      serviceOf('shop', list, { algorithm: 'consistentHash' })
    const view = (list: readonly Endpoint[]) =>
      viewOf({ listeners: [listenerOf(port)], services: [pool(list)] })
    const four = endpoints.slice(0, 4)
    await using haproxy = await startHaproxy(view(four))
    const before = await homes(port)
    expect(new Set(before.values())).toEqual(new Set(['b0', 'b1', 'b2', 'b3']))

    // The first of the list: with ids by position, the next reload would move all others.
    await haproxy.control.applyEndpoints([pool(endpoints.slice(1, 4))])
    const without = await homes(port)
    for (const [client, home] of before) {
      if (home !== 'b0') expect(without.get(client)).toBe(home)
      else expect(without.get(client)).not.toBe('b0')
    }
    await haproxy.serve(view(endpoints.slice(1, 4)))
    expect(await homes(port)).toEqual(without)
    await haproxy.control.applyEndpoints([pool(four)])
    expect(await homes(port)).toEqual(before)
    await haproxy.control.applyEndpoints([pool(endpoints)])
    const five = await homes(port)
    for (const [client, home] of five) if (home !== 'b4') expect(home).toBe(before.get(client))
    await haproxy.serve(view(endpoints))
    expect(await homes(port)).toEqual(five)
  })

  test('sessions by cookie: kept while draining, moved when the endpoint is gone', async () => {
    await using backends = await startBackends(3)
    const port = await freePort()
    const [a, b, c] = endpointsOf(backends) as [Endpoint, Endpoint, Endpoint]
    const pool = (...endpoints: Endpoint[]): ServicePool =>
      serviceOf('shop', endpoints, {
        sessionPersistence: { type: 'Cookie', sessionName: 'S%I!D' },
      })
    await using haproxy = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], services: [pool(a, b)] }),
    )
    const ask = async (session?: string) => {
      const cookie = session === undefined ? {} : { cookie: `x=1; S%I!D=${session}` }
      const { headers, body } = await request(port, { headers: cookie })
      return { name: body.trim(), cookie: headers['set-cookie']?.[0] }
    }
    await haproxy.control.applyEndpoints([pool(a, b, c)])
    const fresh = await ask()
    expect(fresh.cookie).toBe(`S%I!D=e${fresh.name.slice(1)}; Path=/; HttpOnly`)
    for (let count = 0; count < 5; count++) {
      expect(await ask('e2')).toEqual({ name: 'b2', cookie: undefined })
    }
    await haproxy.control.applyEndpoints([pool(a, b, { ...c, state: 'draining' })])
    expect(await ask('e2')).toEqual({ name: 'b2', cookie: undefined })
    for (let count = 0; count < 6; count++) expect((await ask()).name).not.toBe('b2')
    await haproxy.serve(
      viewOf({
        listeners: [listenerOf(port)],
        services: [pool(a, b, { ...c, state: 'draining' })],
      }),
    )
    expect(await ask('e2')).toEqual({ name: 'b2', cookie: undefined })
    await haproxy.control.applyEndpoints([pool(a, b, { ...c, state: 'down' })])
    const moved = await ask('e2')
    expect(moved.cookie).toBe(`S%I!D=e${moved.name.slice(1)}; Path=/; HttpOnly`)
    expect(moved.name).not.toBe('b2')
    await haproxy.control.applyEndpoints([pool(a)])
    expect(await ask('e1')).toEqual({ name: 'b0', cookie: 'S%I!D=e0; Path=/; HttpOnly' })
    expect((await ask('no such endpoint')).name).toBe('b0')
  })

  test('timeouts of the route: 504', async () => {
    await using silent = await startEchoBackend(() => {})
    const port = await freePort()
    const services = [serviceOf('shop', [endpointOf('a', silent.port)])]
    const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
    const routes = [
      routeOf('shop', { id: 'one', ...prefix('/one'), timeouts: { requestMs: 150 } }),
      routeOf('shop', {
        id: 'two',
        ...prefix('/'),
        timeouts: { requestMs: 9_000, backendRequestMs: 300 },
      }),
    ]
    await using _ = await startHaproxy(viewOf({ listeners: [listenerOf(port)], routes, services }))
    for (const [path, ms] of [
      ['/one', 150],
      ['/', 300],
    ] as const) {
      const started = performance.now()
      expect((await request(port, { path })).status).toBe(504)
      const took = performance.now() - started
      expect(took).toBeGreaterThan(ms - 20)
      expect(took).toBeLessThan(ms + 2_000)
    }
    expect(silent.asked).toHaveLength(2)
  })

  test.each(['configured', 'added live'] as const)(
    'health checks take a %s endpoint out and in again',
    async (how) => {
      let healthy = true
      await using checked = await startEchoBackend((asked, response) => {
        if (asked.url === '/healthz') response.statusCode = healthy ? 399 : 400
        response.end('checked')
      })
      await using backends = await startBackends(1)
      const port = await freePort()
      const endpoints = [
        endpointOf('checked', checked.port),
        endpointOf('other', backends.all[0]?.port ?? 0),
      ]
      const pool = (list: readonly Endpoint[]) =>
        serviceOf('shop', list, {
          healthCheck: {
            probe: { type: 'http', path: '/healthz', statusFrom: 200, statusTo: 399 },
            intervalMs: 50,
            timeoutMs: 1_000,
            rise: 2,
            fall: 2,
          },
        })
      const view = viewOf({
        listeners: [listenerOf(port)],
        services: [pool(how === 'configured' ? endpoints : [])],
      })
      await using haproxy = await startHaproxy(view)
      await haproxy.control.applyEndpoints([pool(endpoints)])
      const health = async () =>
        (await haproxy.control.observe()).services.get('shop')?.find(({ id }) => id === 'checked')
          ?.health
      await waitFor('the check to pass', async () => (await health()) === 'passing')
      expect([...(await whoAnswers(port, 10)).keys()].sort()).toEqual(['b0', 'checked'])
      expect(checked.asked.find(({ url }) => url === '/healthz')).toMatchObject({
        method: 'GET',
        headers: { host: `127.0.0.1:${checked.port}` },
      })
      healthy = false
      await waitFor('the check to fail', async () => (await health()) === 'failing')
      expect(await whoAnswers(port, 10)).toEqual(new Map([['b0', 10]]))
      healthy = true
      await waitFor('the check to pass again', async () => (await health()) === 'passing')
      expect([...(await whoAnswers(port, 10)).keys()].sort()).toEqual(['b0', 'checked'])
    },
  )
})

function endpointsOf(backends: Backends): readonly Endpoint[] {
  return backends.all.map(({ port }, index) => endpointOf(`e${index}`, port))
}

/** Who answers clients of as many addresses. */
async function clients(port: number, count: number): Promise<Map<string, number>> {
  const names = new Map<string, number>()
  for (let index = 0; index < count; index++) {
    const name = await askFrom(
      port,
      `127.${index % 7}.${(index >> 8) + 1}.${(index & 255) + 1}`.replace(/\.256$/, '.77'),
    )
    names.set(name, (names.get(name) ?? 0) + 1)
  }
  return names
}

/** Which endpoint has each of 200 clients. */
async function homes(port: number): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (let index = 1; index <= 200; index++) {
    const address = `127.0.9.${index}`
    found.set(address, await askFrom(port, address))
  }
  return found
}

function askFrom(port: number, localAddress: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = send({ host: '127.0.0.1', port, localAddress, agent: false }, (incoming) => {
      let body = ''
      incoming.setEncoding('utf8').on('data', (chunk) => {
        body += chunk
      })
      incoming.on('end', () =>
        resolve(incoming.statusCode === 200 ? body.trim() : String(incoming.statusCode)),
      )
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}
