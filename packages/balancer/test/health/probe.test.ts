import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import type { HealthCheck } from '../../src/health/health-check.ts'
import { probe } from '../../src/health/probe.ts'

const http: HealthCheck['probe'] = {
  type: 'http',
  path: '/healthz?full=1',
  statusFrom: 200,
  statusTo: 399,
}

async function listening(server: Server): Promise<{ port: number } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const answering = (listener: RequestListener) => listening(createServer(listener))
const ask = (port: number, how: HealthCheck['probe'] = http, timeoutMs = 2_000) =>
  probe({ address: '127.0.0.1', port }, { probe: how, timeoutMs })

describe('probe', () => {
  it('asks with GET, the path and the address as Host, on a connection of its own', async () => {
    const seen: unknown[] = []
    await using server = await answering((request, response) => {
      seen.push(request.method, request.url, request.headers.host, request.headers.connection)
      response.end('ok')
    })
    expect(await ask(server.port)).toMatchObject({ passed: true, detail: 'status 200' })
    expect(seen).toEqual(['GET', '/healthz?full=1', `127.0.0.1:${server.port}`, 'close'])
  })

  it.each([
    [200, true],
    [399, true],
    [400, false],
    [503, false],
  ])('judges by the range: %i', async (status, passed) => {
    await using server = await answering((_, response) => response.writeHead(status).end())
    expect(await ask(server.port)).toMatchObject({ passed, detail: `status ${status}` })
  })

  it('never follows a redirect', async () => {
    let requests = 0
    await using server = await answering((_, response) => {
      requests += 1
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    expect(await ask(server.port)).toMatchObject({ passed: true, detail: 'status 302' })
    expect(requests).toBe(1)
  })

  it('does not wait for the body, and cuts off an endless one', async () => {
    let closed = false
    await using server = await answering((_, response) => {
      response.on('close', () => {
        closed = true
      })
      const more = () => {
        while (response.write(Buffer.alloc(16_384))) if (response.destroyed) return
      }
      response.on('drain', more)
      more()
    })
    expect((await ask(server.port)).passed).toBe(true)
    await waitFor('the connection to be cut', () => closed)
  })

  it('fails when nobody listens, when nobody answers in time, and when it is not HTTP', async () => {
    const gone = await answering(() => {})
    await gone[Symbol.asyncDispose]()
    const refused = await ask(gone.port)
    expect(refused).toMatchObject({ passed: false })
    expect(refused.detail).toContain('ECONNREFUSED')

    await using silent = await answering((request) => request.socket.on('end', () => {}))
    expect(await ask(silent.port, http, 50)).toMatchObject({
      passed: false,
      detail: 'no answer within 50 ms',
    })

    await using other = await listening(
      createTcpServer((socket) => socket.resume().end('+PONG\r\n')),
    )
    expect((await ask(other.port)).passed).toBe(false)
  })

  it('bounds the head of the answer', async () => {
    await using server = await answering((_, response) =>
      response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end(),
    )
    expect((await ask(server.port)).passed).toBe(false)
  })

  it('tcp only connects', async () => {
    await using server = await listening(createTcpServer((socket) => socket.resume()))
    expect(await ask(server.port, { type: 'tcp' })).toMatchObject({ passed: true })
  })

  it.each(['leader', 'follower', 'standalone', 'observer'])(
    'zookeeper: serves as %s',
    async (mode) => {
      await using server = await listening(
        createTcpServer((socket) =>
          socket.on('data', (word) => {
            if (String(word) === 'srvr\n') socket.end(`Zookeeper version: 3.8.0\nMode: ${mode}\n`)
          }),
        ),
      )
      expect(await ask(server.port, { type: 'zookeeper' })).toMatchObject({
        passed: true,
        detail: mode,
      })
    },
  )

  it('zookeeper: fails without a quorum, and where srvr is not allowed or not bounded', async () => {
    const answers = [
      'This ZooKeeper instance is not currently serving requests\n',
      'srvr is not executed because it is not in the whitelist.\n',
      '',
      'x'.repeat(20_000),
    ]
    for (const text of answers) {
      await using server = await listening(
        createTcpServer((socket) => {
          socket.on('error', () => {})
          socket.resume().end(text)
        }),
      )
      expect((await ask(server.port, { type: 'zookeeper' })).passed).toBe(false)
    }
  })

  it('can be aborted', async () => {
    await using silent = await answering(() => {})
    const result = await probe(
      { address: '127.0.0.1', port: silent.port },
      { probe: http, timeoutMs: 5_000 },
      { signal: AbortSignal.timeout(20) },
    )
    expect(result.passed).toBe(false)
    expect(result.latencyMs).toBeLessThan(4_000)
  })

  it('fails, and does not reject, where the path or the port cannot be', async () => {
    expect(await ask(1, { ...http, path: '/a b' })).toMatchObject({
      passed: false,
      detail: expect.stringContaining('unescaped'),
    })
    for (const how of [http, { type: 'tcp' } as const]) {
      expect(await ask(70_000, how)).toMatchObject({ passed: false })
    }
  })
})
