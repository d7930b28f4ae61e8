import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../../../../test/support/free-port.ts'
import { type RequestOptions, request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { Route } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { type EchoBackend, startEchoBackend } from '../echo-backend.ts'
import { type RunningNginx, startNginx } from './running-nginx.ts'

/** `secret` by `openssl passwd -5 -salt zoogate`. */
const HASH = '$5$zoogate$Zqrra/Y1obFFXguTX9dJshQVmPKvGADfXEoGo08AAl.'

const headers = (parts: Partial<NonNullable<Route['requestHeaders']>>) => ({
  ...{ set: [], add: [], remove: [] },
  ...parts,
})
const prefix = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
const none = { backends: [] }

const ROUTES: Readonly<Record<string, Partial<Route>>> = {
  '/headers': {
    requestHeaders: headers({
      remove: ['x-gone', 'X-Forwarded-Host'],
      set: [{ name: 'X-Set', value: 'a $host "b"' }],
      add: [
        { name: 'x-added', value: 'two' },
        { name: 'x-new', value: 'one' },
      ],
    }),
    responseHeaders: headers({
      remove: ['x-secret'],
      set: [{ name: 'X-Frame-Options', value: '$deny; "x"' }],
      add: [{ name: 'x-kept', value: 'second' }],
    }),
  },
  '/headers-of-nobody': {
    ...none,
    responseHeaders: headers({ set: [{ name: 'x-from', value: 'edge' }] }),
  },
  '/headers-of-the-dead': {
    backends: [{ service: 'dead', weight: 1 }],
    responseHeaders: headers({ set: [{ name: 'x-from', value: 'edge' }] }),
  },
  '/full': { rewrite: { path: { type: 'ReplaceFullPath', value: '/else where' } } },
  '/a b/prefix': {
    rewrite: { hostname: 'inner.test', path: { type: 'ReplacePrefixMatch', value: '/new$1/' } },
  },
  '/to-root': { rewrite: { path: { type: 'ReplacePrefixMatch', value: '/' } } },
  '/moved': {
    ...none,
    answer: {
      type: 'redirect',
      scheme: 'https',
      hostname: 'b.test',
      statusCode: 308,
      path: { type: 'ReplacePrefixMatch', value: '/there' },
    },
    responseHeaders: headers({ set: [{ name: 'x-from', value: 'edge' }] }),
  },
  '/moved-here': { ...none, answer: { type: 'redirect', port: 8443, statusCode: 302 } },
  '/denied': { access: { allow: [], deny: ['127.0.0.0/8', '::1'] } },
  '/inside': { access: { allow: ['10.0.0.0/8'], deny: [] } },
  '/let-in': { access: { allow: ['127.0.0.1'], deny: ['10.0.0.0/8'] } },
  '/user': { access: { allow: [], deny: [], basicAuth: { realm: 'the $hop', users: 'staff' } } },
  '/user-moved': {
    ...none,
    answer: { type: 'redirect', hostname: 'b.test', statusCode: 301 },
    access: { allow: [], deny: [], basicAuth: { realm: 'shop', users: 'staff' } },
  },
  '/limited': { rateLimit: { requests: 3, perMs: 60_000, key: { type: 'sourceIP' } } },
  '/by-key': {
    rateLimit: { requests: 1, perMs: 60_000, key: { type: 'header', name: 'X-Key' } },
    responseHeaders: headers({ set: [{ name: 'x-from', value: 'edge' }] }),
  },
  '/cached': { cache: { maxAgeMs: 60_000 } },
  '/expires': { expires: { afterMs: 3_600_000 } },
  '/compressed': { compress: { types: ['text/*', 'application/json'] } },
  '/mirrored': { mirrors: [{ service: 'copy', percent: 100 }] },
  '/some-mirrored': {
    mirrors: [{ service: 'copy', percent: 50 }],
    rewrite: { path: { type: 'ReplaceFullPath', value: '/copied' } },
  },
  '/retried': {
    backends: [{ service: 'flaky', weight: 1 }],
    retry: { attempts: 2, codes: [503], methods: ['GET'] },
  },
}

describe.skipIf(missing('nginx') !== undefined)('filters', () => {
  let backend: EchoBackend
  let copy: EchoBackend
  let flaky: EchoBackend
  let nginx: RunningNginx
  let port: number
  const ask = (path: string, options: RequestOptions = {}) => request(port, { ...options, path })
  const echoed = async (path: string, options?: RequestOptions) =>
    JSON.parse((await ask(path, options)).body)

  beforeAll(async () => {
    backend = await startEchoBackend((asked, response) => {
      const query = new URLSearchParams(asked.url.split('?')[1])
      for (const [name, value] of query) if (name !== 'status') response.setHeader(name, value)
      response.setHeader('x-secret', '1')
      response.setHeader('x-kept', 'first')
      response.statusCode = Number(query.get('status') ?? 200)
      response.end(JSON.stringify({ ...asked, padding: 'x'.repeat(100) }))
    })
    copy = await startEchoBackend((_, response) => {
      response.statusCode = 500
      response.end()
    })
    let failures = 0
    flaky = await startEchoBackend((_, response) => {
      response.statusCode = ++failures % 3 === 0 ? 200 : 503
      response.end(String(failures))
    })
    port = await freePort()
    nginx = await startNginx(
      viewOf({
        listeners: [listenerOf(port)],
        routes: Object.entries(ROUTES).map(([path, parts], index) =>
          routeOf('shop', { id: `shop.0.${index}.0`, ...prefix(path), ...parts }),
        ),
        services: [
          serviceOf('copy', [endpointOf('a', copy.port)]),
          serviceOf('dead', [endpointOf('a', await freePort())]),
          serviceOf('flaky', [endpointOf('a', flaky.port)]),
          serviceOf('shop', [endpointOf('a', backend.port)]),
        ],
        secrets: [
          { type: 'Users', name: 'staff', version: '1', users: [{ name: 'ann', hash: HASH }] },
        ],
      }),
    )
  })
  afterAll(async () => {
    await nginx?.[Symbol.asyncDispose]()
    for (const each of [backend, copy, flaky]) await each?.[Symbol.asyncDispose]()
  })

  test('request headers are removed, set and added, after the gateway’s own', async () => {
    const asked = await echoed('/headers', {
      headers: { host: 'shop.test', 'x-gone': '1', 'x-set': 'old', 'x-added': 'one' },
    })
    expect(asked.headers).toMatchObject({
      host: 'shop.test',
      'x-set': 'a $host "b"',
      'x-added': 'one, two',
      'x-new': 'one',
      'x-forwarded-for': '127.0.0.1',
    })
    expect(asked.headers).not.toHaveProperty('x-gone')
    expect(asked.headers).not.toHaveProperty('x-forwarded-host')
  })

  test('response headers are changed, whatever the status and whoever answered', async () => {
    for (const status of [200, 404, 500]) {
      const answer = await ask(`/headers?status=${status}&x-frame-options=old`)
      expect(answer.status).toBe(status)
      expect(answer.headers).toMatchObject({
        'x-frame-options': '$deny; "x"',
        'x-kept': 'first, second',
      })
      expect(answer.headers).not.toHaveProperty('x-secret')
    }
    for (const path of ['/headers-of-nobody', '/headers-of-the-dead']) {
      const { status, body, headers } = await ask(path)
      expect([status, body, headers['x-from']]).toEqual([503, 'no endpoint is available\n', 'edge'])
    }
    expect((await ask('/nowhere')).headers).not.toHaveProperty('x-from')
  })

  test('paths are rewritten, the query stays, and so does what is behind a prefix', async () => {
    const url = async (path: string) => (await echoed(path)).url
    expect(await url('/full/x?a=1&b')).toBe('/else%20where?a=1&b')
    expect(await url('/a%20b/prefix/x%20y/?q=%2F')).toBe('/new$1/x%20y/?q=%2F')
    expect(await url('/%61%20b/pre%66ix//x')).toBe('/new$1//x')
    expect(await url('/a%20b/prefix')).toBe('/new$1')
    expect(await url('/to-root/x')).toBe('/x')
    expect(await url('/to-root?a')).toBe('/?a')
    expect(
      (await echoed('/a%20b/prefix', { headers: { host: 'shop.test' } })).headers,
    ).toMatchObject({ host: 'inner.test', 'x-forwarded-host': 'shop.test' })
  })

  test('redirects keep what they do not say', async () => {
    const moved = await ask('/moved/x%20y?a=1', { headers: { host: 'a.test:81' } })
    expect(moved.status).toBe(308)
    expect(moved.headers).toMatchObject({
      location: 'https://b.test/there/x%20y?a=1',
      'x-from': 'edge',
    })
    const here = await ask('/moved-here/x', { headers: { host: 'a.test:81' } })
    expect([here.status, here.headers['location']]).toEqual([
      302,
      'http://a.test:8443/moved-here/x',
    ])
  })

  test('access by address', async () => {
    expect(await ask('/denied')).toMatchObject({
      status: 403,
      body: 'this address is not let in\n',
    })
    expect((await ask('/inside')).status).toBe(403)
    expect((await ask('/let-in')).status).toBe(200)
  })

  test('access by user, before anything else is answered', async () => {
    const authorization = `Basic ${Buffer.from('ann:secret').toString('base64')}`
    const wrong = `Basic ${Buffer.from('ann:wrong').toString('base64')}`
    const refused = await ask('/user')
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      'Basic realm="the $hop"',
    ])
    expect(refused.body).toBe('a user name and a password are needed\n')
    expect((await ask('/user', { headers: { authorization: wrong } })).status).toBe(401)
    expect((await ask('/user', { headers: { authorization } })).status).toBe(200)
    expect((await ask('/user-moved')).status).toBe(401)
    expect((await ask('/user-moved', { headers: { authorization } })).status).toBe(301)
  })

  test('rate limits: so many at once, and the next gets 429', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 5; count++) statuses.push((await ask('/limited')).status)
    expect(statuses).toEqual([200, 200, 200, 429, 429])
    const key = (value: string) => ask('/by-key', { headers: { 'x-key': value } })
    expect((await key('one')).status).toBe(200)
    expect((await key('two')).status).toBe(200)
    expect(await key('one')).toMatchObject({
      status: 429,
      body: 'too many requests\n',
      headers: { 'x-from': 'edge' },
    })
    for (let count = 0; count < 3; count++) expect((await ask('/by-key')).status).toBe(200)
  })

  test('the cache answers what may be kept, and nothing else', async () => {
    const times = async (path: string, options: RequestOptions = {}) => {
      const before = backend.asked.length
      for (let count = 0; count < 3; count++) expect((await ask(path, options)).status).toBe(200)
      return backend.asked.length - before
    }
    expect(await times('/cached/a')).toBe(1)
    expect(await times('/cached/b?cache-control=max-age=60')).toBe(1)
    expect(await times('/cached/c?cache-control=no-store')).toBe(3)
    expect(await times('/cached/d?set-cookie=a')).toBe(3)
    expect(await times('/cached/e', { method: 'POST' })).toBe(3)
    expect(await times('/cached/f', { headers: { authorization: 'Basic x' } })).toBe(3)
    expect(await times('/cached/a', { headers: { host: 'other.test' } })).toBe(1)
  })

  test('expiry is told where nothing is said of it', async () => {
    const told = await ask('/expires')
    expect(told.headers['cache-control']).toBe('max-age=3600')
    expect(Date.parse(String(told.headers['expires']))).toBeGreaterThan(Date.now())
    const own = await ask('/expires?cache-control=no-store')
    expect(own.headers['cache-control']).toBe('no-store')
    expect(own.headers).not.toHaveProperty('expires')
  })

  test('what may be compressed is, for whom it may', async () => {
    const encoding = async (type: string, accepted = 'gzip') => {
      const options = { headers: { 'accept-encoding': accepted } }
      const { headers } = await ask(`/compressed?content-type=${type}`, options)
      return headers['content-encoding']
    }
    expect(await encoding('application/json')).toBe('gzip')
    expect(await encoding('text/css;charset=utf-8')).toBe('gzip')
    expect(await encoding('text/css', 'identity')).toBeUndefined()
    expect(await encoding('image/png')).toBeUndefined()
  })

  test('mirrors get copies, and their answers do no harm', async () => {
    const options = { method: 'POST', body: 'order', headers: { 'x-a': '1' } }
    expect((await ask('/mirrored/x?y', options)).status).toBe(200)
    await waitFor('the copy to arrive', () => copy.asked.length === 1)
    expect(copy.asked[0]).toMatchObject({
      method: 'POST',
      url: '/mirrored/x?y',
      body: 'order',
      headers: { 'x-a': '1' },
    })
    for (let count = 0; count < 40; count++) await ask('/some-mirrored')
    const copied = copy.asked.filter(({ url }) => url === '/copied').length
    // Of a fair coin thrown 40 times fewer than 5 heads, or tails, are one in a million.
    expect(copied).toBeGreaterThan(4)
    expect(copied).toBeLessThan(36)
  })

  test('retries: for the methods and statuses that are named, and so many', async () => {
    expect(await ask('/retried')).toMatchObject({ status: 200, body: '3' })
    expect(flaky.asked).toHaveLength(3)
    expect((await ask('/retried', { method: 'PUT' })).status).toBe(503)
    expect(flaky.asked).toHaveLength(4)
  })
})
