import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import {
  decodeReplyHeader,
  decodeRequestHeader,
  JuteReader,
  OpCode,
  opCodeName,
  SpecialXid,
} from '../../src/protocol/index.ts'
import { FrameCutter } from './frame-cutter.ts'

/** What a server's frame is: an operation's name, or one of these. */
type FrameKind = string

/** A proxy that keeps what servers send, by kind. */
export interface FrameRecorder extends AsyncDisposable {
  readonly connectString: string
  /** Whole frames without their length word. */
  readonly frames: ReadonlyMap<FrameKind, readonly Buffer[]>
  /** Closes all open connections. */
  cut(): void
}

const specialNames = new Map<number, string>([
  [SpecialXid.ping, 'ping'],
  [SpecialXid.auth, 'auth'],
  [SpecialXid.notification, 'event'],
])

/** Starts a recorder on a free port of loopback. */
export async function startFrameRecorder(target: {
  readonly port: number
}): Promise<FrameRecorder> {
  const frames = new Map<FrameKind, Buffer[]>()
  const sockets = new Set<Socket>()
  const keep = (kind: FrameKind, frame: Buffer) => {
    const known = frames.get(kind)
    if (known === undefined) frames.set(kind, [frame])
    else known.push(frame)
  }
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target.port })
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          end()
        })
    }
    const names = new ReplyNames()
    const requests = new FrameCutter((frame) => names.request(frame))
    const replies = new FrameCutter((frame) => keep(names.reply(frame), frame))
    client.on('data', (chunk: Buffer) => {
      requests.push(chunk)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      replies.push(chunk)
      client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const socket of [...sockets]) socket.destroy()
  }
  return {
    connectString: `127.0.0.1:${port}`,
    frames,
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Finds the names of replies by the requests that went before, on one connection. */
class ReplyNames {
  readonly #byXid = new Map<number, string>()
  #hasRequested = false
  #hasReplied = false

  request(frame: Buffer): void {
    if (!this.#hasRequested) {
      this.#hasRequested = true
      return
    }
    const { xid, type } = decodeRequestHeader(new JuteReader(frame))
    if (type !== OpCode.ping && type !== OpCode.auth) this.#byXid.set(xid, opCodeName(type))
  }

  reply(frame: Buffer): string {
    if (!this.#hasReplied) {
      this.#hasReplied = true
      return 'handshake'
    }
    const { xid, err } = decodeReplyHeader(new JuteReader(frame))
    if (err !== 0) return 'error'
    return specialNames.get(xid) ?? this.#byXid.get(xid) ?? 'unknown'
  }
}
