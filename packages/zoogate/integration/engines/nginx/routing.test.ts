import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { ServicePool } from '../../../src/model/view.ts'
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
import { type EchoBackend, startEchoBackend } from './echo-backend.ts'
import { sendRaw } from './raw-request.ts'
import { startNginx } from './running-nginx.ts'

/** As many as routes in a random table: each route has a backend of its own. */
const BACKENDS = 12

describe.skipIf(missing('nginx') !== undefined)('routing', () => {
  test('random tables of routes: the first that matches takes the request', async () => {
    await using backends = await namedBackends(BACKENDS)
    const port = await freePort()
    await using nginx = await startNginx(viewOf({ listeners: [listenerOf(port)] }))
    await fc.assert(
      fc.asyncProperty(
        routeTables,
        fc.array(requestHeads, { minLength: 40, maxLength: 40 }),
        async (table, heads) => {
          const routes = table.map((route, index) => ({
            ...route,
            backends: [{ service: `s${index}`, weight: 1 }],
          }))
          await nginx.serve(
            viewOf({ listeners: [listenerOf(port)], routes, services: backends.services }),
          )
          for (const head of heads) {
            const expected = firstMatch(routes, head)
            const { status, body } = await request(port, {
              method: head.method,
              path: head.path,
              headers: { ...head.headers, host: head.host },
            })
            const answered = status === 404 ? undefined : body
            expect(answered, JSON.stringify(head)).toBe(expected?.backends[0]?.service)
          }
        },
      ),
      // A failure is told as it came: to shrink it would take another reload for each step.
      { numRuns: 12, endOnFailure: true },
    )
  })

  test('hosts: without letter case and port, wildcards of any depth, any other', async () => {
    await using backends = await namedBackends(3)
    const port = await freePort()
    const routes = ['shop.test', '*.shop.test', undefined].map((hostname, index) =>
      routeOf(`s${index}`, { id: `${index}`, ...(hostname === undefined ? {} : { hostname }) }),
    )
    await using _ = await startNginx(
      viewOf({ listeners: [listenerOf(port)], routes, services: backends.services }),
    )
    const answers = async (host: string) => (await request(port, { headers: { host } })).body
    expect(await answers('shop.test')).toBe('s0')
    expect(await answers(`SHOP.test:${port}`)).toBe('s0')
    expect(await answers('a.shop.test')).toBe('s1')
    expect(await answers('a.b.shop.test')).toBe('s1')
    expect(await answers('other.test')).toBe('s2')
    expect(await answers('127.0.0.1')).toBe('s2')
    expect(await sendRaw(port, 'GET / HTTP/1.0\r\n\r\n')).toContain('s2')
    expect(
      await sendRaw(
        port,
        'GET http://a.shop.test/ HTTP/1.1\r\nHost: a.shop.test\r\nConnection: close\r\n\r\n',
      ),
    ).toContain('s1')
  })

  test('listeners have the routes that are attached to them', async () => {
    await using backends = await namedBackends(2)
    const [first, second] = [await freePort(), await freePort()]
    await using _ = await startNginx(
      viewOf({
        listeners: [listenerOf(first), listenerOf(second, { name: 'second' })],
        routes: [
          routeOf('s0', { id: '0', listeners: ['second'] }),
          routeOf('s1', { id: '1', listeners: ['http', 'second'] }),
        ],
        services: backends.services,
      }),
    )
    expect((await request(first)).body).toBe('s1')
    expect((await request(second)).body).toBe('s0')
  })

  test('a listener on all addresses takes IPv4 and IPv6, and so do endpoints', async () => {
    await using backend = await startEchoBackend(undefined, '::1')
    const port = await freePort()
    await using _ = await startNginx(
      viewOf({
        listeners: [listenerOf(port, { address: '*' })],
        services: [serviceOf('shop', [endpointOf('six', backend.port, { address: '0:0::1' })])],
      }),
    )
    expect((await request(port)).status).toBe(200)
    const six = await fetch(`http://[::1]:${port}/`)
    expect(await six.json()).toMatchObject({ headers: { forwarded: 'for="[::1]";proto=http' } })
  })

  test('every spelling of a path meets its route, and the backend sees the client’s spelling', async () => {
    await using backend = await startEchoBackend()
    const port = await freePort()
    await using _ = await startNginx(
      viewOf({
        listeners: [listenerOf(port)],
        routes: [routeOf('shop', { path: { type: 'PathPrefix', value: '/a%20b' } })],
        services: [serviceOf('shop', [endpointOf('a', backend.port)])],
      }),
    )
    const spellings = ['/a%20b', '/%61%20b/x?y=%2F&z', '/a%20b/c;d', '/a%20b//c']
    for (const path of spellings) expect((await request(port, { path })).status, path).toBe(200)
    expect(backend.asked.map(({ url }) => url)).toEqual(spellings)
    for (const path of ['/x/../a%20b', '/a%20b/%2e/c', '/a%20b/x%2Fy']) {
      expect((await request(port, { path })).status, path).toBe(400)
    }
    for (const path of ['/a%20bc', '/A%20b', '//a%20b', '/']) {
      const { status, body, headers } = await request(port, { path })
      expect([status, body, headers['content-type']], path).toEqual([
        404,
        'no route matches\n',
        'text/plain',
      ])
    }
  })
})

interface NamedBackends extends AsyncDisposable {
  readonly services: readonly ServicePool[]
}

/** Services `s0`, `s1`…, each with one backend that answers with the service's name. */
async function namedBackends(count: number): Promise<NamedBackends> {
  const backends: EchoBackend[] = []
  const services: ServicePool[] = []
  for (let index = 0; index < count; index++) {
    const backend = await startEchoBackend((_, response) => response.end(`s${index}`))
    backends.push(backend)
    services.push(serviceOf(`s${index}`, [endpointOf('only', backend.port)]))
  }
  return {
    services,
    async [Symbol.asyncDispose]() {
      for (const backend of backends) await backend[Symbol.asyncDispose]()
    },
  }
}
