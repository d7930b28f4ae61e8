import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/connection/clock.ts'
import { type ServerMode, serverMode } from '../../src/connection/server-mode.ts'

/** Asks a server that does as it is told with every connection. */
async function ask(
  serve: (socket: Socket) => void,
  { timeoutMs = 5_000, signal = new AbortController().signal } = {},
): Promise<ServerMode | undefined> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  try {
    const options = { tls: undefined, timeoutMs, clock: systemClock, signal }
    return await serverMode({ host: '127.0.0.1', port }, options)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

it.each([
  ['rw', 'rw'],
  ['ro', 'ro'],
  ['null', undefined],
  ['isro is not executed because it is not in the whitelist.\n', undefined],
  ['HTTP/1.1 400 Bad Request\r\n\r\n', undefined],
  ['r', undefined],
  ['', undefined],
])('takes %j for %s', async (answer, mode) => {
  const asked: string[] = []
  const serve = (socket: Socket) => {
    socket.on('data', (chunk) => {
      asked.push(chunk.toString())
      socket.end(answer)
    })
  }
  expect(await ask(serve)).toBe(mode)
  expect(asked).toEqual(['isro'])
})

it('does not wait for the end of an answer that has none', async () => {
  const serve = (socket: Socket) => {
    const pour = () => {
      while (socket.writable && socket.write('x'.repeat(65_536)));
    }
    socket.on('drain', pour)
    pour()
  }
  expect(await ask(serve)).toBeUndefined()
})

it('waits for silence only as long as it may', async () => {
  expect(await ask(() => {}, { timeoutMs: 50 })).toBeUndefined()
  expect(await ask(() => {}, { signal: AbortSignal.timeout(50) })).toBeUndefined()
  expect(await ask(() => {}, { signal: AbortSignal.abort() })).toBeUndefined()
})

it('takes a server that refuses, or TLS options that cannot be had, for none', async () => {
  const { signal } = new AbortController()
  const options = { timeoutMs: 5_000, clock: systemClock, signal }
  const nobody = { host: '127.0.0.1', port: 1 }
  expect(await serverMode(nobody, { ...options, tls: undefined })).toBeUndefined()
  const tls = () => Promise.reject(new Error('no certificate'))
  expect(await serverMode(nobody, { ...options, tls })).toBeUndefined()
  const never = () => new Promise<never>(() => {})
  expect(await serverMode(nobody, { ...options, tls: never, timeoutMs: 50 })).toBeUndefined()
})
