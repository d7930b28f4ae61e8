import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { SessionKey } from '../../../../test/scenarios/zookeeper-faults/end-session.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { decodeConnectResponse, JuteReader } from '../../src/protocol/index.ts'

/** Which way frames travel. */
export type Direction = 'toServer' | 'toClient'

const directions = ['toServer', 'toClient'] as const

/**
 * A proxy that holds ZooKeeper's frames back and lets them through one by one, so that a test can say what has arrived when something
 * else happens: a change between two reads, an answer that is lost after its request was carried out.
 */
export interface FrameGate extends AsyncDisposable {
  readonly connectString: string
  /** Keeps the frames of a direction from here on, those of new connections too. */
  hold(direction: Direction): void
  /** Lets held frames of a direction through: so many, or all and from now on every one. */
  pass(direction: Direction, frames?: number): void
  /** Resolves when at least so many frames of a direction are held. */
  held(direction: Direction, frames: number): Promise<void>
  /** Closes the open connections; what is held is lost. */
  cut(): void
  /** The session that a server last gave or confirmed to a client, as seen on the wire; undefined when there is none yet. */
  readonly session: SessionKey | undefined
}

/** Starts a gate on a free port of loopback. */
export async function startFrameGate(target: { readonly port: number }): Promise<FrameGate> {
  const pairs = new Set<Pair>()
  const holding = { toServer: false, toClient: false }
  let session: SessionKey | undefined
  const server = createServer((client) => {
    const upstream = connect({ host: '127.0.0.1', port: target.port })
    const pair: Pair = {
      toServer: new Lane(client, upstream, () => {}),
      toClient: new Lane(upstream, client, (handshake) => {
        const { timeoutMs, sessionId, password } = decodeConnectResponse(new JuteReader(handshake))
        if (timeoutMs > 0) session = { sessionId, password }
      }),
    }
    pairs.add(pair)
    for (const direction of directions) pair[direction].isHeld = holding[direction]
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', end)
  })
  const cut = () => {
    for (const { toServer } of [...pairs]) toServer.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    connectString: `127.0.0.1:${port}`,
    hold(direction) {
      holding[direction] = true
      for (const pair of pairs) pair[direction].isHeld = true
    },
    pass(direction, frames) {
      if (frames === undefined) holding[direction] = false
      for (const pair of pairs) pair[direction].pass(frames)
    },
    async held(direction, frames) {
      const count = () => [...pairs].reduce((sum, pair) => sum + pair[direction].held, 0)
      await waitFor(`${frames} frames held ${direction}`, () => count() >= frames)
    },
    cut,
    get session() {
      return session
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Pair = Readonly<Record<Direction, Lane>>

/** One direction of one connection. */
class Lane {
  isHeld = false
  readonly #from: Socket
  readonly #to: Socket
  #bytes = Buffer.alloc(0)
  #isFirst = true

  constructor(from: Socket, to: Socket, onHandshake: (frame: Buffer) => void) {
    this.#from = from
    this.#to = to
    from.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      const [end] = this.#isFirst ? frameEnds(this.#bytes) : []
      if (end !== undefined) {
        this.#isFirst = false
        onHandshake(this.#bytes.subarray(4, end))
      }
      if (!this.isHeld) this.pass(undefined)
    })
  }

  /** How many whole frames wait. */
  get held(): number {
    return frameEnds(this.#bytes).length
  }

  pass(frames: number | undefined): void {
    if (frames === undefined) this.isHeld = false
    const ends = frameEnds(this.#bytes)
    const end =
      frames === undefined ? this.#bytes.length : (ends[Math.min(frames, ends.length) - 1] ?? 0)
    if (end > 0) this.#to.write(this.#bytes.subarray(0, end))
    this.#bytes = this.#bytes.subarray(end)
  }

  destroy(): void {
    this.#from.destroy()
    this.#to.destroy()
  }
}

/** Where each whole frame ends: four bytes of length stand before it. */
function frameEnds(bytes: Buffer): number[] {
  const ends: number[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    at += 4 + bytes.readInt32BE(at)
    if (at <= bytes.length) ends.push(at)
  }
  return ends
}
