import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../../../test/support/free-port.ts'
import { request } from '../../../../test/support/http.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { haproxy } from '../../src/engines/haproxy/index.ts'
import { httpd } from '../../src/engines/httpd/index.ts'
import { nginx } from '../../src/engines/nginx/index.ts'
import type { ServicePool } from '../../src/model/view/view.ts'
import {
  firstMatch,
  requestHeads,
  routeTables,
} from '../../test/engines/support/reference-matcher.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../test/engines/support/views.ts'
import { type EchoBackend, startEchoBackend } from './echo-backend.ts'
import { startHaproxy } from './haproxy/running-haproxy.ts'
import { startHttpd } from './httpd/running-httpd.ts'
import { startNginx } from './nginx/running-nginx.ts'
import { sendRaw } from './raw-request.ts'

/** As many as routes in a random table: each route has a backend of its own. */
const BACKENDS = 12

const ENGINES = [
  { name: 'haproxy', start: startHaproxy, refusals: haproxy.refusals },
  { name: 'nginx', start: startNginx, refusals: nginx.refusals },
  { name: 'httpd', start: startHttpd, refusals: httpd.refusals },
] as const

describe.each(ENGINES)('routing by $name', ({ name, start, refusals }) => {
  describe.skipIf(missing(name) !== undefined)('on the real engine', () => {
    test('random tables of routes: the first that matches takes the request', async () => {
      await using backends = await namedBackends(BACKENDS)
      const { services } = backends
      const listeners = [listenerOf(await freePort())]
      await using engine = await start(viewOf({ listeners, routes: [], services }))
      await fc.assert(
        fc.asyncProperty(
          routeTables,
          fc.array(requestHeads, { minLength: 40, maxLength: 40 }),
          async (table, heads) => {
            const routes = table
              .filter((route) => refusals(viewOf({ listeners, routes: [route] })).length === 0)
              .map((route, index) => ({
                ...route,
                backends: [{ service: `s${index}`, weight: 1 }],
              }))
            await engine.serve(viewOf({ listeners, routes, services }))
            for (const head of heads) {
              const expected = firstMatch(routes, head)
              const { status, body } = await request(listeners[0]?.port ?? 0, {
                method: head.method,
                path: `${head.path}?/a/../b`,
                headers: { ...head.headers, host: head.host },
              })
              const answered = status === 404 ? undefined : body
              expect(answered, JSON.stringify(head)).toBe(expected?.backends[0]?.service)
            }
          },
        ),
        // A failure is told as it came: to shrink it would take another reload for each step.
        { numRuns: 10, endOnFailure: true },
      )
    })

    test('paths and headers with characters that mean something to an engine', async () => {
      await using backends = await namedBackends(5)
      const port = await freePort()
      const value = `}{ "a" 'b' \\ $HOME #1 %[src] %{HTTP_HOST} -i é`
      const routes = [
        routeOf('s0', { id: '0', path: { type: 'Exact', value: '/a%20"b\'}' } }),
        routeOf('s1', { id: '1', headers: [{ name: 'x-q', value }] }),
        routeOf('s2', { id: '2', headers: [{ name: 'x-brace', value: '}' }] }),
        routeOf('s3', { id: '3', headers: [{ name: 'x-flag', value: '-f' }] }),
        routeOf('s4', { id: '4' }),
      ]
      await using _ = await start(
        viewOf({ listeners: [listenerOf(port)], routes, services: backends.services }),
      )
      const answers = async (path: string, ...headers: string[]) => {
        const lines = [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', '']
        return (await sendRaw(port, lines.join('\r\n'))).match(/s\d/)?.[0]
      }
      expect(await answers('/%61%20%22b%27%7d')).toBe('s0')
      expect(await answers('/', `X-Q: ${value}`)).toBe('s1')
      expect(await answers('/', 'X-Brace: }')).toBe('s2')
      expect(await answers('/', 'x-flag: -f')).toBe('s3')
      expect(await answers('/', 'x-brace: x', 'x-flag: f')).toBe('s4')
    })

    test('listeners on all addresses take IPv4 and IPv6, and so do endpoints', async () => {
      await using backend = await startEchoBackend(undefined, '::1')
      const port = await freePort()
      await using _ = await start(
        viewOf({
          listeners: [listenerOf(port, { address: '*' })],
          services: [serviceOf('shop', [endpointOf('six', backend.port, { address: '0:0::1' })])],
        }),
      )
      expect((await request(port)).status).toBe(200)
      const six = await fetch(`http://[::1]:${port}/`)
      expect(await six.json()).toMatchObject({
        headers: { 'x-forwarded-for': '::1', forwarded: 'for="[::1]";proto=http' },
      })
    })
  })
})

interface NamedBackends extends AsyncDisposable {
  readonly services: readonly ServicePool[]
}

/** Services `s0`, `s1`, …, each with one endpoint that answers with the service's name. */
async function namedBackends(count: number): Promise<NamedBackends> {
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
