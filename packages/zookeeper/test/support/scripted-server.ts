import { type AddressInfo, createServer, type Socket } from 'node:net'
import {
  type ConnectRequest,
  type ConnectResponse,
  decodeConnectRequest,
  decodeRequestHeader,
  encodeConnectResponse,
  encodeReplyHeader,
  encodeWatcherEvent,
  FrameDecoder,
  type JuteReader,
  JuteWriter,
  type RequestHeader,
  SpecialXid,
  type WatcherEvent,
} from '../../src/protocol/index.ts'

/** One client's connection, as the script sees it. */
interface ScriptedConnection {
  readonly number: number
  accept(response: Partial<ConnectResponse>): void
  reply(header: { xid: number; zxid?: bigint; err?: number }, body?: (to: JuteWriter) => void): void
  notify(event: WatcherEvent, zxid?: bigint): void
  /** Writes bytes as they are. */
  write(bytes: Buffer): void
  /** Closes at once; what was written just before may be lost. */
  close(): void
  /** Closes once everything is written. */
  end(): void
  /** Calls back when the client, or the script, has closed it. */
  onClose(listener: () => void): void
}

/** What the server does; it answers nothing by itself. */
export interface Script {
  onConnect(connection: ScriptedConnection, request: ConnectRequest): void
  onRequest?(connection: ScriptedConnection, header: RequestHeader, body: JuteReader): void
}

export interface ScriptedServerOptions {
  /** The answer to the four-letter word `isro`; default `rw`. */
  readonly mode?: () => string
  /** Where it listens; default a free port of 127.0.0.1. */
  readonly host?: '127.0.0.1' | '::1'
  readonly port?: number
}

/** A server on loopback that says exactly what a test wants, right or wrong. */
export interface ScriptedServer extends AsyncDisposable {
  readonly port: number
  readonly connectString: string
}

/** Starts a scripted server on a free port. */
export async function startScriptedServer(
  script: Script,
  { mode = () => 'rw', host = '127.0.0.1', port: wantedPort = 0 }: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
    const connection = connectionOf(socket, connections++)
    const decoder = new FrameDecoder({ maxFrameBytes: 16 * 1024 * 1024 })
    let isFirst = true
    socket.on('data', (chunk: Buffer) => {
      if (isFirst && chunk.toString('latin1') === 'isro') {
        socket.end(mode())
        return
      }
      decoder.push(chunk, (frame) => {
        if (isFirst) {
          isFirst = false
          script.onConnect(connection, decodeConnectRequest(frame))
          return
        }
        const header = decodeRequestHeader(frame)
        script.onRequest?.(connection, header, frame)
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(wantedPort, host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    connectString: host === '::1' ? `[::1]:${port}` : `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function connectionOf(socket: Socket, number: number): ScriptedConnection {
  const writer = new JuteWriter()
  const frame = (write: (to: JuteWriter) => void) => {
    const mark = writer.beginFrame()
    write(writer)
    writer.endFrame(mark)
    socket.write(writer.take())
  }
  return {
    number,
    accept: (response) =>
      frame((to) =>
        encodeConnectResponse(to, {
          protocolVersion: 0,
          timeoutMs: 4_000,
          sessionId: 0x1234n,
          password: Buffer.alloc(16, 1),
          readOnly: false,
          ...response,
        }),
      ),
    reply: ({ xid, zxid = 1n, err = 0 }, body) =>
      frame((to) => {
        encodeReplyHeader(to, { xid, zxid, err })
        body?.(to)
      }),
    notify: (event, zxid = -1n) =>
      frame((to) => {
        encodeReplyHeader(to, { xid: SpecialXid.notification, zxid, err: 0 })
        encodeWatcherEvent(to, event)
      }),
    write: (bytes) => socket.write(bytes),
    close: () => socket.destroy(),
    end: () => socket.end(),
    onClose: (listener) => socket.on('close', listener),
  }
}
