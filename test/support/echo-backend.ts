import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** What an echo server saw of a request: its answer, as JSON. */
export interface Seen {
  /** The server's name. */
  readonly by: string
  readonly method: string
  readonly target: string
  /** As they came: name, value, name, value. */
  readonly headers: readonly string[]
  readonly bodyBytes: number
  readonly bodySha256: string
}

export interface EchoBackend extends AsyncDisposable {
  readonly name: string
  readonly port: number
}

/** Sent by `/large`. */
const LARGE_BODY = Buffer.alloc(1024 * 1024, 'zoogate ')

/**
 * A server that answers with what it was asked. Some paths make it misbehave: `/silent` gets no
 * answer, `/reset` a broken connection, `/garbage` something that is not HTTP.
 */
export async function startEchoBackend(name: string): Promise<EchoBackend> {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    // A request that is broken off in the middle has nobody left to answer to.
    answer(name, request, response).catch(() => response.destroy())
  })
  server.keepAliveTimeout = 600_000
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket) => {
    // Node's server counts such a connection no longer: what is sent goes back as it came.
    socket.on('error', () => socket.destroy())
    const key = request.headers['sec-websocket-key'] ?? ''
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket']
    lines.push(`Sec-WebSocket-Accept: ${webSocketAccept(key)}`, `X-By: ${name}`)
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    socket.pipe(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    name,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** What a server answers to a `Sec-WebSocket-Key` (RFC 6455 §4.2.2). HAProxy checks it. */
export function webSocketAccept(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

async function answer(name: string, request: IncomingMessage, response: ServerResponse) {
  const path = request.url?.split('?', 1)[0] ?? ''
  if (path.endsWith('/silent')) return
  if (path.endsWith('/reset')) return void request.socket.destroy()
  if (path.endsWith('/garbage')) return void request.socket.end('this is not HTTP\r\n\r\n')
  const hash = createHash('sha256')
  let bodyBytes = 0
  for await (const chunk of request) {
    hash.update(chunk)
    bodyBytes += chunk.length
  }
  if (path.endsWith('/large')) return void response.end(LARGE_BODY)
  if (path.endsWith('/hop')) {
    const own = ['Proxy-Authenticate', 'Basic', 'Trailer', 'x', 'Upgrade', 'h2c', 'X-Kept', 'yes']
    const steering = ['X-Accel-Redirect', '/elsewhere', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']
    response.writeHead(418, ['Keep-Alive', 'timeout=7', ...own, ...steering])
    return void response.end('teapot')
  }
  const seen: Seen = {
    by: name,
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.rawHeaders,
    bodyBytes,
    bodySha256: hash.digest('hex'),
  }
  response.setHeader('X-By', name)
  response.end(JSON.stringify(seen))
}
