import { Agent, createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { drainOf } from '../../src/register/server-drain.ts'

async function listening(server: Server): Promise<{ port: number } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

function ask(port: number, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get({ port, host: '127.0.0.1', agent }, (response) => {
      response.resume().on('end', () => resolve(response))
    }).on('error', reject)
  })
}

describe('drainOf an HTTP server', () => {
  it('lets responses say `Connection: close` from the beginning of the drain, those under way too', async () => {
    const waiting: ServerResponse[] = []
    const server = createServer((request, response) => {
      if (request.url === '/') waiting.push(response)
    })
    const drain = drainOf(server)
    await using listener = await listening(server)
    const agent = new Agent({ keepAlive: true })
    const answerNext = async () => {
      const asked = ask(listener.port, agent)
      const response = await waitFor('the request', () => waiting.shift())
      return { asked, response }
    }

    const before = await answerNext()
    before.response.end()
    expect((await before.asked).headers.connection).toBe('keep-alive')

    const during = await answerNext()
    expect(drain.inflight).toBe(1)
    drain.begin()
    let idle = false
    void drain.idle(60_000).then(() => {
      idle = true
    })
    const after = await answerNext()
    during.response.end()
    expect((await during.asked).headers.connection).toBe('close')
    expect(idle).toBe(false)
    after.response.end()
    expect((await after.asked).headers.connection).toBe('close')
    await waitFor('the drain to be idle', () => idle)
    expect(drain.inflight).toBe(0)
    agent.destroy()
  })

  it('does not wait longer than it is told', async () => {
    const server = createServer(() => {})
    const drain = drainOf(server)
    await using listener = await listening(server)
    const agent = new Agent()
    const asked = ask(listener.port, agent)
    await waitFor('the request', () => drain.inflight === 1)
    await drain.idle(10)
    expect(drain.inflight).toBe(1)
    server.closeAllConnections()
    await expect(asked).rejects.toThrow()
  })
})

describe('drainOf a TCP server', () => {
  it('counts connections', async () => {
    const server = createTcpServer((socket) => socket.resume().on('error', () => {}))
    const drain = drainOf(server)
    await using listener = await listening(server)
    const socket = connect(listener.port, '127.0.0.1')
    await waitFor('the connection', () => drain.inflight === 1)
    const idle = drain.idle(60_000)
    socket.end()
    await idle
    expect(drain.inflight).toBe(0)
  })
})
