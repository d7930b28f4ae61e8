import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { LineReader, parseRequest } from './control-protocol.ts'
import { messageOf, SupervisorError } from './supervisor-error.ts'

/** Conversations at once. Agents hold one, people another. */
const CONNECTIONS_MAX = 64
/** Only the socket's owner may speak to it. */
const OWNER_ONLY_UMASK = 0o177

export type ControlHandler = (method: string, params: unknown) => Promise<unknown>

/**
 * Answers on a unix socket. Whoever calls this holds the folder's lock, so a socket that lies there
 * is a dead supervisor's and is replaced.
 */
export async function serveControl(path: string, handler: ControlHandler): Promise<Server> {
  rmSync(path, { force: true })
  const server = createServer((socket) => converse(socket, handler))
  server.maxConnections = CONNECTIONS_MAX
  // The socket appears with its mode: a later chmod would leave a moment for others.
  const umask = process.umask(OWNER_ONLY_UMASK)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
  } finally {
    process.umask(umask)
  }
  server.on('error', () => {
    // An accept that failed; the next may do.
  })
  return server
}

function converse(socket: Socket, handler: ControlHandler): void {
  const lines = new LineReader()
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const whole = lines.push(chunk)
    if (whole === undefined) {
      socket.destroy()
      return
    }
    for (const line of whole) void answer(socket, line, handler)
  })
}

async function answer(socket: Socket, line: string, handler: ControlHandler): Promise<void> {
  const request = parseRequest(line)
  const id = request?.id ?? 0
  try {
    if (request === undefined) {
      throw new SupervisorError('SUPERVISOR_BAD_REQUEST', 'the line is no request')
    }
    write(socket, { id, result: (await handler(request.method, request.params)) ?? null })
  } catch (error) {
    const code = error instanceof SupervisorError ? error.code : 'SUPERVISOR_ENGINE_FAILED'
    write(socket, { id, error: { code, message: messageOf(error) } })
  }
}

function write(socket: Socket, value: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`)
}
