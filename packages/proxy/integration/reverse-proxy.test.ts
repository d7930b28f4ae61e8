import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { waitFor } from '../../../test/support/wait-for.ts'
import type { EndpointConfig, PoolConfig, ProxyConfig, RouteConfig } from '../src/index.ts'
import { ReverseProxy } from '../src/index.ts'

const cleanups: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function backend(listener: RequestListener): Promise<{ port: number; server: Server }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, server }
}

function endpoint(id: string, port: number, more: Partial<EndpointConfig> = {}): EndpointConfig {
  return { id, address: '127.0.0.1', port, weight: 1, state: 'up', ...more }
}

function config(
  endpoints: readonly EndpointConfig[],
  more: { pool?: Partial<PoolConfig>; route?: Partial<RouteConfig> } = {},
): ProxyConfig {
  return {
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
    routes: [
      {
        id: 'all',
        listeners: ['http'],
        path: { type: 'PathPrefix', value: '/' },
        headers: [],
        backends: [{ pool: 'shop', weight: 1 }],
        ...more.route,
      },
    ],
    pools: [
      { name: 'shop', algorithm: 'roundRobin', connectTimeoutMs: 1_000, endpoints, ...more.pool },
    ],
    maxConnections: 1_000,
    keepAliveMs: 60_000,
  }
}

async function proxyOf(
  given: ProxyConfig,
): Promise<{ proxy: ReverseProxy; url: string; port: number }> {
  const proxy = new ReverseProxy()
  await proxy.apply(given)
  cleanups.push(() => proxy.close({ graceMs: 100 }))
  const port = proxy.address('http')?.port ?? 0
  return { proxy, port, url: `http://127.0.0.1:${port}` }
}

/** What a server answers to raw bytes, until it closes or `done` matches. */
function raw(port: number, text: string, done: RegExp = /\r\n\r\n/): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'))
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      answer += chunk
      if (done.test(answer)) socket.destroy()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('a request', () => {
  it('reaches an endpoint with the client named and its own claims dropped', async () => {
    const { port } = await backend((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ url: request.url, headers: request.headers }))
    })
    const { url } = await proxyOf(config([endpoint('a', port)]))
    const response = await fetch(`${url}/x?y=1`, {
      headers: { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6', 'x-own': 'kept' },
    })
    const seen: { url: string; headers: Record<string, string> } = JSON.parse(await response.text())
    expect(seen.url).toBe('/x?y=1')
    expect(seen.headers['x-forwarded-for']).toBe('127.0.0.1')
    expect(seen.headers['x-forwarded-proto']).toBe('http')
    expect(seen.headers['x-forwarded-host']).toBe(new URL(url).host)
    expect(seen.headers['host']).toBe(new URL(url).host)
    expect(seen.headers['forwarded']).toBe('for=127.0.0.1;proto=http')
    expect(seen.headers['x-own']).toBe('kept')
  })

  it('is spread evenly, and stays with the endpoint that its cookie names', async () => {
    const servers = await Promise.all(
      ['a', 'b'].map((name) => backend((_request, response) => void response.end(name))),
    )
    const endpoints = servers.map(({ port }, i) => endpoint(i === 0 ? 'a' : 'b', port))
    const { url, proxy } = await proxyOf(config(endpoints, { pool: { sessionCookie: 'SID' } }))
    const first = await fetch(url)
    const name = await first.text()
    expect(first.headers.get('set-cookie')).toBe(`SID=${name}; Path=/; HttpOnly`)
    for (let i = 0; i < 10; i++) {
      const again = await fetch(url, { headers: { cookie: `x=1; SID=${name}` } })
      expect(await again.text()).toBe(name)
      expect(again.headers.get('set-cookie')).toBeNull()
    }
    const forged = await fetch(url, { headers: { cookie: 'SID=nobody' } })
    expect(forged.headers.get('set-cookie')).toMatch(/^SID=[ab];/)
    await forged.text()
    proxy.setEndpoints(
      'shop',
      endpoints.map((e) => (e.id === name ? { ...e, state: 'draining' } : e)),
    )
    const drained = await fetch(url, { headers: { cookie: `SID=${name}` } })
    expect(await drained.text()).toBe(name)
    for (let i = 0; i < 4; i++) expect(await (await fetch(url)).text()).not.toBe(name)
  })

  it('goes to another endpoint when one refuses the connection, whatever the method', async () => {
    const { port } = await backend((request, response) => {
      request.resume().on('end', () => response.end('ok'))
    })
    const { url } = await proxyOf(config([endpoint('dead', 1), endpoint('live', port)]))
    for (let i = 0; i < 6; i++) {
      const response = await fetch(url, { method: 'POST', body: 'hello' })
      expect([response.status, await response.text()]).toEqual([200, 'ok'])
    }
  })

  it('is tried again after a reset only where carrying out twice equals once', async () => {
    let resets = 0
    const { port } = await backend((request) => {
      resets++
      request.socket.destroy()
    })
    const live = await backend((_request, response) => void response.end('ok'))
    const { url } = await proxyOf(config([endpoint('bad', port), endpoint('good', live.port)]))
    const got = await Promise.all([1, 2, 3, 4].map(() => fetch(url).then((r) => r.status)))
    expect(got).toEqual([200, 200, 200, 200])
    expect(resets).toBeGreaterThan(0)
    resets = 0
    const posted: number[] = []
    for (let i = 0; i < 8; i++)
      posted.push((await fetch(url, { method: 'POST', body: 'x' })).status)
    expect(resets).toBeGreaterThan(0)
    expect(posted.filter((status) => status === 502)).toHaveLength(resets)
    expect(posted.filter((status) => status === 200)).toHaveLength(8 - resets)
  })

  it('ends with 504 when its time is up, with 503 without endpoints, with 404 without a route', async () => {
    const { port } = await backend(() => {})
    const slow = await proxyOf(config([endpoint('a', port)], { route: { attemptTimeoutMs: 50 } }))
    expect((await fetch(slow.url)).status).toBe(504)
    const slower = await proxyOf(config([endpoint('a', port)], { route: { requestTimeoutMs: 50 } }))
    expect((await fetch(slower.url)).status).toBe(504)
    const empty = await proxyOf(config([]))
    expect((await fetch(empty.url)).status).toBe(503)
    const elsewhere = await proxyOf(config([], { route: { hostname: 'shop.example.com' } }))
    expect((await fetch(elsewhere.url)).status).toBe(404)
  })
})

describe('bodies', () => {
  it('of 10 MB stream both ways', async () => {
    const { port } = await backend((request, response) => void request.pipe(response))
    const { url } = await proxyOf(config([endpoint('a', port)]))
    const body = Buffer.alloc(10 * 1024 * 1024, 'abcdefghij')
    const response = await fetch(url, { method: 'POST', body })
    expect(Buffer.from(await response.arrayBuffer()).equals(body)).toBe(true)
  })

  it('wait for a slow reader instead of filling the memory', async () => {
    let sent = 0
    const { port } = await backend((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024)
      const more = () => {
        while (sent < 200 * 1024 * 1024) {
          sent += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', more)
            return
          }
        }
        response.end()
      }
      more()
    })
    const { port: front } = await proxyOf(config([endpoint('a', port)]))
    const socket = connect(front, '127.0.0.1')
    cleanups.push(() => void socket.destroy())
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    socket.pause()
    let before = -1
    await waitFor(
      'the endpoint to be held up',
      () => {
        const still = sent > 0 && sent === before
        before = sent
        return still
      },
      { everyMs: 300 },
    )
    expect(sent).toBeLessThan(50 * 1024 * 1024)
  })

  it('are given up at the endpoint when the client leaves', async () => {
    let gone = false
    const { port } = await backend((request, response) => {
      response.write('begin')
      request.socket.on('close', () => {
        gone = true
      })
    })
    const { port: front, proxy } = await proxyOf(config([endpoint('a', port)]))
    const socket = connect(front, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    socket.destroy()
    await waitFor('the endpoint to see its connection closed', () => gone)
    expect(proxy.counters().clientAborts).toBe(1)
    expect(proxy.counters().activeRequests).toBe(0)
  })

  it('that break off at the endpoint break off at the client', async () => {
    const { port } = await backend((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    })
    const { url } = await proxyOf(config([endpoint('a', port)]))
    await expect(fetch(url).then((r) => r.text())).rejects.toThrow()
  })

  it('without bytes stay without: HEAD, 204, 304', async () => {
    const { port } = await backend((request, response) => {
      const status = Number(request.url?.slice(1))
      response.writeHead(status, status === 200 ? { 'content-length': '5' } : {})
      response.end()
    })
    const { port: front } = await proxyOf(config([endpoint('a', port)]))
    const ask = (line: string) => `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    const head = await raw(front, ask('HEAD /200'), /$^/)
    expect(head).toMatch(/content-length: 5/i)
    expect(head.endsWith('\r\n\r\n')).toBe(true)
    for (const status of [204, 304]) {
      const answer = await raw(front, ask(`GET /${status}`), /$^/)
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(answer.endsWith('\r\n\r\n')).toBe(true)
      expect(answer).not.toMatch(/transfer-encoding/i)
    }
  })
})

describe('ambiguous requests', () => {
  const smuggled: Record<string, string> = {
    'both lengths':
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'two lengths': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'a list of codings':
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n',
    'an unknown coding':
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    'two hosts': 'GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n',
    'no host': 'GET / HTTP/1.1\r\n\r\n',
    'a space before the colon': 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n',
    'a folded line': 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n',
    'a NUL in a value': 'GET / HTTP/1.1\r\nHost: x\r\nX-A: b\0c\r\n\r\n',
    'a bare line feed': 'GET / HTTP/1.1\nHost: x\n\n',
    'a chunked HTTP/1.0 body':
      'POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a host with a path': 'GET / HTTP/1.1\r\nHost: x/evil\r\n\r\n',
    'a head without end': `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`,
  }
  for (const [name, text] of Object.entries(smuggled)) {
    it(`with ${name} are refused and reach nobody`, async () => {
      let reached = 0
      const { port } = await backend((_request, response) => {
        reached++
        response.end('no')
      })
      const { port: front } = await proxyOf(config([endpoint('a', port)]))
      const answer = await raw(front, text)
      expect(answer).toMatch(/^HTTP\/1\.1 4(00|31) /)
      expect(reached).toBe(0)
    })
  }
})

describe('upgrades', () => {
  const upgrade = (to: string, method = 'GET', body = '') =>
    `${method} / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${to}\r\n` +
    `Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  it('to a WebSocket are tunnelled both ways', async () => {
    const { port, server } = await backend((_request, response) => void response.end('plain'))
    server.on('upgrade', (_request, socket) => {
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      )
      socket.on('data', (data: Buffer) => void socket.write(`echo ${data}`))
      socket.on('error', () => {})
    })
    const { port: front } = await proxyOf(config([endpoint('dead', 1), endpoint('a', port)]))
    const answer = await raw(front, `${upgrade('websocket')}hello`, /echo hello/)
    expect(answer).toMatch(/^HTTP\/1\.1 101 /)
    expect(answer.endsWith('echo hello')).toBe(true)
  })

  it('that an endpoint declines give no tunnel', async () => {
    const { port, server } = await backend(() => {})
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno')
    })
    const { port: front } = await proxyOf(config([endpoint('a', port)]))
    const answer = await raw(front, upgrade('websocket'), /$^/)
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer).toMatch(/\r\n\r\nno$/)
  })

  it('to anything else are answered as if not asked for', async () => {
    const { port } = await backend((request, response) => {
      let body = ''
      request
        .on('data', (chunk: Buffer) => (body += chunk))
        .on('end', () => {
          response.end(`${request.headers.upgrade} ${body}`)
        })
    })
    const { port: front, proxy } = await proxyOf(config([endpoint('a', port)]))
    const answer = await raw(front, upgrade('h2c', 'POST', 'hello'), /hello/)
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('undefined hello')
    await waitFor(
      'the connection to be counted out',
      () => proxy.counters().activeConnections === 0,
    )
  })
})
