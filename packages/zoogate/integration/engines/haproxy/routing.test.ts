import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { Endpoint, ServicePool } from '../../../src/model/view.ts'
import {
  firstMatch,
  requestHeads,
  routeTables,
} from '../../../test/engines/support/reference-matcher.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { type EchoBackend, startEchoBackend } from '../nginx/echo-backend.ts'
import { sendRaw } from '../nginx/raw-request.ts'
import { startHaproxy } from './running-haproxy.ts'

/** As many as routes in a random table: each route has a backend of its own. */
const BACKENDS = 12

describe.skipIf(missing('haproxy') !== undefined)('routing', () => {
  test('random tables of routes: the first that matches takes the request', async () => {
    await using backends = await namedBackends(BACKENDS)
    const port = await freePort()
    const { services } = backends
    await using haproxy = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], routes: [], services }),
    )
    await fc.assert(
      fc.asyncProperty(
        routeTables,
        fc.array(requestHeads, { minLength: 40, maxLength: 40 }),
        async (table, heads) => {
          const routes = table.map((route, index) => ({
            ...route,
            backends: [{ service: `s${index}`, weight: 1 }],
          }))
          await haproxy.reload(viewOf({ listeners: [listenerOf(port)], routes, services }))
          for (const head of heads) {
            const expected = firstMatch(routes, head)
            const { status, body } = await request(port, {
              method: head.method,
              path: `${head.path}?/a/../b`,
              headers: { ...head.headers, host: head.host },
            })
            const answered = status === 404 ? undefined : body
            expect(answered, JSON.stringify(head)).toBe(expected?.backends[0]?.service)
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  test('hosts: without letter case and port, wildcards of any depth, any other', async () => {
    await using backends = await namedBackends(3)
    const port = await freePort()
    const routes = ['shop.test', '*.shop.test', undefined].map((hostname, index) =>
      routeOf(`s${index}`, { id: `${index}`, ...(hostname === undefined ? {} : { hostname }) }),
    )
    await using _ = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], routes, services: backends.services }),
    )
    const answers = async (host: string) => (await request(port, { headers: { host } })).body
    expect(await answers('shop.test')).toBe('s0')
    expect(await answers(`SHOP.test:${port}`)).toBe('s0')
    expect(await answers('a.shop.test')).toBe('s1')
    expect(await answers('a.b.shop.test')).toBe('s1')
    expect(await answers('myshop.test')).toBe('s2')
    expect(await answers('[::1]:80')).toBe('s2')
    expect(await sendRaw(port, 'GET / HTTP/1.0\r\n\r\n')).toContain('s2')
  })

  test('paths and headers with characters that mean something to HAProxy', async () => {
    await using backends = await namedBackends(6)
    const port = await freePort()
    const value = `}{ "a" 'b' \\ $HOME #1 %[src] -i é`
    const routes = [
      routeOf('s0', { id: '0', path: { type: 'Exact', value: '/a%20"b\'}' } }),
      routeOf('s1', { id: '1', headers: [{ name: 'x-q', value }] }),
      routeOf('s2', { id: '2', headers: [{ name: 'x-brace', value: '}' }] }),
      routeOf('s3', { id: '3', headers: [{ name: 'x-flag', value: '-f' }] }),
      routeOf('s4', { id: '4', headers: [{ name: 'x-empty', value: '' }] }),
      routeOf('s5', { id: '5' }),
    ]
    await using _ = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], routes, services: backends.services }),
    )
    const answers = async (path: string, ...headers: string[]) => {
      const lines = [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', '']
      return (await sendRaw(port, Buffer.from(lines.join('\r\n')).toString('utf8'))).slice(-2)
    }
    expect(await answers('/%61%20%22b%27%7d')).toBe('s0')
    expect(await answers('/', `X-Q: ${value}`)).toBe('s1')
    expect(await answers('/', 'X-Brace: }')).toBe('s2')
    expect(await answers('/', 'x-flag: -f')).toBe('s3')
    expect(await answers('/', 'x-empty:')).toBe('s4')
    expect(await answers('/', 'x-brace: x', 'x-flag: f', 'x-empty: x')).toBe('s5')
  })

  test('a path that climbs is refused, whatever its spelling', async () => {
    await using backends = await namedBackends(1)
    const port = await freePort()
    const routes = [routeOf('s0')]
    await using _ = await startHaproxy(
      viewOf({ listeners: [listenerOf(port)], routes, services: backends.services }),
    )
    for (const path of ['/a/../b', '/a/%2e%2E', '/./a', '/..']) {
      const text = `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
      expect(await sendRaw(port, text)).toMatch(/^HTTP\/1.1 400 /)
    }
    expect((await request(port, { path: '/a..b/.c?/../' })).body).toBe('s0')
  })

  test('backends by weight, and what has none', async () => {
    await using backends = await namedBackends(2)
    const port = await freePort()
    const split = (first: number, second: number) => [
      { service: 's0', weight: first },
      { service: 's1', weight: second },
    ]
    const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
    const routes = [
      routeOf('s0', { id: 'none', ...prefix('/none'), backends: [] }),
      routeOf('s0', { id: 'zero', ...prefix('/zero'), backends: split(0, 0) }),
      routeOf('empty', { id: 'empty', ...prefix('/empty') }),
      routeOf('s0', { id: 'one', ...prefix('/one'), backends: split(0, 5) }),
      routeOf('s0', { id: 'split', ...prefix('/'), backends: split(3, 1) }),
    ]
    const services = [...backends.services, serviceOf('empty', [])]
    await using _ = await startHaproxy(viewOf({ listeners: [listenerOf(port)], routes, services }))
    for (const path of ['/none', '/zero', '/empty']) {
      const { status, headers, body } = await request(port, { path })
      expect({ status, type: headers['content-type'] }).toEqual({ status: 503, type: 'text/plain' })
      expect(body).toMatch(/^[a-z ]+\n$/)
    }
    expect((await request(port, { path: '/one' })).body).toBe('s1')
    const names = await whoAnswers(port, 400)
    // 300 are expected; the odds of being off by 60, seven standard deviations, are nil.
    expect(Math.abs((names.get('s0') ?? 0) - 300)).toBeLessThan(60)
    expect((names.get('s0') ?? 0) + (names.get('s1') ?? 0)).toBe(400)
  })

  test('a listener has its own routes; endpoints and listeners may be IPv6', async () => {
    await using backend = await startEchoBackend(undefined, '::1')
    const [first, second] = [await freePort(), await freePort()]
    const six: Endpoint = endpointOf('six', backend.port, { address: '0:0::1' })
    await using haproxy = await startHaproxy(
      viewOf({
        listeners: [listenerOf(first, { address: '*' }), listenerOf(second, { name: 'second' })],
        services: [serviceOf('shop', [six])],
      }),
    )
    expect((await request(second)).status).toBe(404)
    expect((await request(first)).status).toBe(200)
    const answer = await fetch(`http://[::1]:${first}/`)
    expect(await answer.json()).toMatchObject({
      headers: { 'x-forwarded-for': '::1', forwarded: 'for="[::1]";proto=http' },
    })
    await haproxy.control.applyEndpoints([serviceOf('shop', [six])])
    expect(haproxy.log()).not.toContain('CLI')
  })

  test('the backend sees the client’s Host and path, and who the client is', async () => {
    await using backend = await startEchoBackend()
    const port = await freePort()
    await using _ = await startHaproxy(
      viewOf({
        listeners: [listenerOf(port)],
        services: [serviceOf('shop', [endpointOf('a', backend.port)])],
      }),
    )
    const { body } = await request(port, {
      path: '/a%20b?c=%20',
      headers: {
        host: 'Shop.test:81',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil',
        forwarded: 'for=6.6.6.6',
      },
    })
    expect(JSON.parse(body)).toMatchObject({
      url: '/a%20b?c=%20',
      headers: {
        host: 'Shop.test:81',
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-proto': 'http',
        'x-forwarded-host': 'Shop.test:81',
        forwarded: 'for=127.0.0.1;proto=http',
      },
    })
  })
})

/** Services `s0`, `s1`, …, each with one endpoint that answers with the service's name. */
async function namedBackends(
  count: number,
): Promise<{ readonly services: readonly ServicePool[] } & AsyncDisposable> {
  const backends: EchoBackend[] = []
  const services: ServicePool[] = []
  for (let index = 0; index < count; index++) {
    const backend = await startEchoBackend((_, response) => response.end(`s${index}`))
    backends.push(backend)
    services.push(serviceOf(`s${index}`, [endpointOf('a', backend.port)]))
  }
  return {
    services,
    async [Symbol.asyncDispose]() {
      for (const backend of backends) await backend[Symbol.asyncDispose]()
    },
  }
}
