import { request as send } from 'node:http'
import { describe, expect, test } from 'vitest'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { Algorithm, ServicePool } from '../../../src/model/view/view.ts'
import { endpointOf, routeOf } from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startEndpoints, startShop } from '../shop.ts'
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
    await using endpoints = await startEndpoints(3)
    const [a, b, c] = endpoints.all
    await using shop = await startShop(startHaproxy, [a], { pool: { algorithm } })
    const answering = async () => [...(await clients(shop.port, 200)).keys()].sort()
    expect(await answering()).toEqual(['b0'])
    await shop.apply([a, b, c])
    expect(await answering()).toEqual(['b0', 'b1', 'b2'])
    await shop.apply([{ ...a, state: 'draining' }, b, { ...c, weight: 0 }])
    expect(await answering()).toEqual(['b1'])
    await shop.apply([{ ...a, state: 'down' }, c])
    expect(await answering()).toEqual(['b2'])
    await shop.serve([a, { ...b, state: 'draining' }, { ...c, state: 'down' }])
    expect(await answering()).toEqual(['b0'])
  })

  test.each(['roundRobin', 'random', 'consistentHash'] as const)(
    '%s honours weights that were set live',
    async (algorithm) => {
      await using endpoints = await startEndpoints(2)
      const [a, b] = endpoints.all
      await using shop = await startShop(startHaproxy, [a, b], { pool: { algorithm } })
      await shop.apply([a, { ...b, weight: 4 }])
      const share = ((await clients(shop.port, 500)).get('b1') ?? 0) / 500
      expect(share).toBeGreaterThan(0.65)
      expect(share).toBeLessThan(0.95)
    },
  )

  test('consistentHash: a client keeps its endpoint, through changes and reloads', async () => {
    await using five = await startEndpoints(5)
    const all = five.all.map((each) => ({ ...each, weight: 10 }))
    const four = all.slice(0, 4)
    await using shop = await startShop(startHaproxy, four, {
      pool: { algorithm: 'consistentHash' },
    })
    const { port } = shop
    const before = await homes(port)
    expect(new Set(before.values())).toEqual(new Set(['b0', 'b1', 'b2', 'b3']))

    // The first of the list: with ids by position, the next reload would move all others.
    await shop.apply(all.slice(1, 4))
    const without = await homes(port)
    for (const [client, home] of before) {
      if (home !== 'b0') expect(without.get(client)).toBe(home)
      else expect(without.get(client)).not.toBe('b0')
    }
    await shop.serve(all.slice(1, 4))
    expect(await homes(port)).toEqual(without)
    await shop.apply(four)
    expect(await homes(port)).toEqual(before)
    await shop.apply(all)
    const more = await homes(port)
    for (const [client, home] of more) if (home !== 'b4') expect(home).toBe(before.get(client))
    await shop.serve(all)
    expect(await homes(port)).toEqual(more)
  })

  test('sessions by cookie: kept while draining, moved when the endpoint is gone', async () => {
    await using endpoints = await startEndpoints(3)
    const [a, b, c] = endpoints.all
    await using shop = await startShop(startHaproxy, [a, b], {
      pool: { sessionPersistence: { type: 'Cookie', sessionName: 'S%I!D' } },
    })
    const ask = async (session?: string) => {
      const cookie = session === undefined ? {} : { cookie: `x=1; S%I!D=${session}` }
      const { headers, body } = await request(shop.port, { headers: cookie })
      return { name: body.trim(), cookie: headers['set-cookie']?.[0] }
    }
    await shop.apply([a, b, c])
    const fresh = await ask()
    expect(fresh.cookie).toBe(`S%I!D=${fresh.name}; Path=/; HttpOnly`)
    for (let count = 0; count < 5; count++) {
      expect(await ask('b2')).toEqual({ name: 'b2', cookie: undefined })
    }
    await shop.apply([a, b, { ...c, state: 'draining' }])
    expect(await ask('b2')).toEqual({ name: 'b2', cookie: undefined })
    for (let count = 0; count < 6; count++) expect((await ask()).name).not.toBe('b2')
    await shop.serve([a, b, { ...c, state: 'draining' }])
    expect(await ask('b2')).toEqual({ name: 'b2', cookie: undefined })
    await shop.apply([a, b, { ...c, state: 'down' }])
    const moved = await ask('b2')
    expect(moved.cookie).toBe(`S%I!D=${moved.name}; Path=/; HttpOnly`)
    expect(moved.name).not.toBe('b2')
    await shop.apply([a])
    expect(await ask('b1')).toEqual({ name: 'b0', cookie: 'S%I!D=b0; Path=/; HttpOnly' })
    expect((await ask('no such endpoint')).name).toBe('b0')
  })

  test('timeouts of the route: 504', async () => {
    await using silent = await startEchoBackend(() => {})
    const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
    const routes = [
      routeOf('shop', { id: 'one', ...prefix('/one'), timeouts: { requestMs: 150 } }),
      routeOf('shop', {
        id: 'two',
        ...prefix('/'),
        timeouts: { requestMs: 9_000, backendRequestMs: 300 },
      }),
    ]
    await using shop = await startShop(startHaproxy, [endpointOf('a', silent.port)], {
      view: () => ({ routes }),
    })
    for (const [path, ms] of [
      ['/one', 150],
      ['/', 300],
    ] as const) {
      const started = performance.now()
      expect((await request(shop.port, { path })).status).toBe(504)
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
      await using others = await startEndpoints(1)
      const endpoints = [endpointOf('checked', checked.port), ...others.all]
      const healthCheck: ServicePool['healthCheck'] = {
        probe: { type: 'http', path: '/healthz', statusFrom: 200, statusTo: 399 },
        intervalMs: 50,
        timeoutMs: 1_000,
        rise: 2,
        fall: 2,
      }
      const first = how === 'configured' ? endpoints : []
      await using shop = await startShop(startHaproxy, first, { pool: { healthCheck } })
      const { engine, port } = shop
      await shop.apply(endpoints)
      const health = async () =>
        (await engine.control.observe()).services.get('shop')?.find(({ id }) => id === 'checked')
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
