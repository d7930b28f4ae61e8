import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { mutate } from '../../test/protocol/fuzz/mutate.ts'
import { FrameCutter } from './frame-cutter.ts'

/** A proxy that now and then changes what the server says. */
export interface MutatingProxy extends AsyncDisposable {
  readonly connectString: string
  /** How many frames were changed. */
  readonly mutated: number
  /** The part of the server's frames that is changed, from now on. */
  setShare(share: number): void
}

export interface MutatingProxyOptions {
  readonly port: number
  readonly random: () => number
  readonly share: number
}

/** The part of the changed frames whose length word is wrong too. */
const WRONG_LENGTH_SHARE = 0.1

/** Where the session timeout stands in a ConnectResponse. */
const TIMEOUT_AT = 4

/** Starts the proxy on a free port of loopback. */
export async function startMutatingProxy(options: MutatingProxyOptions): Promise<MutatingProxy> {
  const { random } = options
  const sockets = new Set<Socket>()
  let { share } = options
  let mutated = 0
  let last: Buffer = Buffer.alloc(0)
  const pass = (frame: Buffer, isHandshake: boolean): Buffer => {
    const length = Buffer.alloc(4)
    if (random() >= share) {
      length.writeInt32BE(frame.length)
      return Buffer.concat([length, frame])
    }
    mutated++
    const bytes = Buffer.from(mutate(frame, last, random))
    // The timeout stays: it is all that a client knows of the time that a server may take.
    if (isHandshake && bytes.length >= TIMEOUT_AT + 4) {
      frame.copy(bytes, TIMEOUT_AT, TIMEOUT_AT, TIMEOUT_AT + 4)
    }
    last = frame
    length.writeInt32BE(bytes.length)
    const word = random() < WRONG_LENGTH_SHARE ? mutate(length, frame, random) : length
    return Buffer.concat([word, bytes])
  }
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: options.port })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket)
          client.destroy()
          upstream.destroy()
        })
    }
    let isHandshake = true
    const cutter = new FrameCutter((frame) => {
      client.write(pass(frame, isHandshake))
      isHandshake = false
    })
    client.on('data', (chunk: Buffer) => upstream.write(chunk))
    upstream.on('data', (chunk: Buffer) => cutter.push(chunk))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    connectString: `127.0.0.1:${port}`,
    get mutated() {
      return mutated
    },
    setShare(next) {
      share = next
    },
    async [Symbol.asyncDispose]() {
      for (const socket of [...sockets]) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
