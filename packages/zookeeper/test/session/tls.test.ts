import { createServer, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { InvalidOptionError, type TlsOptions, ZooKeeper } from '../../src/index.ts'

/** A server that says nothing, or one thing, whatever it hears. */
async function startRudeServer(answer?: string) {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => {
      if (answer !== undefined) socket.write(answer)
    })
    server.once('close', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    connectString: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.emit('close')
      await closed
    },
  }
}

describe('a client of TLS', () => {
  it('does not wait for ever for a server that says nothing', async () => {
    await using server = await startRudeServer()
    await using zk = new ZooKeeper(server.connectString, { tls: {}, sessionTimeoutMs: 150 })
    void zk.connect().catch(() => undefined)
    const error = await waitFor('an attempt to fail', () => zk.lastConnectionError)
    expect(error.message).toBe('no TLS handshake within 100 ms')
  })

  it('says that a server answers in something else, and ends connect with that', async () => {
    await using server = await startRudeServer('HTTP/1.1 400 Bad Request\r\n\r\n')
    await using zk = new ZooKeeper(server.connectString, { tls: {} })
    await expect(zk.connect({ timeoutMs: 5_000 })).rejects.toMatchObject({
      code: 'ZK_TLS',
      reason: 'notTls',
    })
  })

  it('goes on looking when one server of two may mend', async () => {
    await using http = await startRudeServer('HTTP/1.1 400 Bad Request\r\n\r\n')
    await using zk = new ZooKeeper(`${http.connectString},127.0.0.1:1`, { tls: {} })
    await expect(zk.connect({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  })

  it('tries again when its options cannot be had at the moment', async () => {
    await using server = await startRudeServer()
    const sources: (() => TlsOptions | Promise<TlsOptions>)[] = [
      () => {
        throw new Error('no such file')
      },
      () => Promise.reject(new Error('not now')),
      () => ({ cert: 'client.pem' }),
    ]
    const messages: string[] = []
    let asked = 0
    await using zk = new ZooKeeper(server.connectString, {
      tls: () => {
        if (zk.lastConnectionError !== undefined) messages.push(zk.lastConnectionError.message)
        return sources[asked++]?.() ?? {}
      },
      sessionTimeoutMs: 500,
    })
    void zk.connect().catch(() => undefined)
    await waitFor('four attempts', () => asked >= 4)
    expect(messages.slice(0, 3)).toEqual([
      'no such file',
      'not now',
      expect.stringContaining('not its path'),
    ])
  })

  it('asks nothing of a server whose options come too late', async () => {
    await using proxy = await startTcpProxy({ port: 1 })
    let give: (options: TlsOptions) => void = () => {}
    const late = new Promise<TlsOptions>((resolve) => {
      give = resolve
    })
    await using zk = new ZooKeeper(proxy.connectString, { tls: () => late, sessionTimeoutMs: 150 })
    void zk.connect().catch(() => undefined)
    const error = await waitFor('an attempt to fail', () => zk.lastConnectionError)
    expect(error.message).toBe('no TLS handshake within 100 ms')
    await zk.close()
    give({})
    await late
    expect(proxy.accepted).toBe(0)
  })

  it.each<[string, TlsOptions]>([
    ['a path as ca', { ca: '/etc/ssl/ca.pem' }],
    ['a path among ca', { ca: ['-----BEGIN CERTIFICATE-----', 'ca.pem'] }],
    ['a path as key', { key: './client.key' }],
    ['a key that is none', { key: '-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----' }],
  ])('is not made with %s', (_, tls) => {
    expect(() => new ZooKeeper('127.0.0.1', { tls })).toThrow(InvalidOptionError)
  })
})
