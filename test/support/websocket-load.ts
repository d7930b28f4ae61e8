import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { readTextFrame, textFrame } from '../conformance/harness/client/websocket-frames.ts'

export interface WebSocketLoadOptions {
  readonly port: number
  readonly connections: number
  /** Between a message that came back and the next. Default 100. */
  readonly everyMs?: number
}

export interface WebSocketLoadReport {
  /** Of the sockets that were opened, those of the first time included. */
  opened: number
  /** Answers to an upgrade that were none, and connections that did not come about. */
  readonly refused: Record<string, number>
  /** Messages that came back as they were. */
  echoed: number
  /** Came back as something else. */
  garbled: number
  /** Since when an open socket that broke had been open, and how it ended. */
  readonly broken: { readonly afterMs: number; readonly atMs: number; readonly by: string }[]
}

export interface WebSocketLoad {
  readonly report: WebSocketLoadReport
  /** All of them are open. */
  ready(): boolean
  stop(): Promise<WebSocketLoadReport>
}

/**
 * Holds WebSockets open through one port, each of which sends a message and waits until it comes back.
 * One that breaks is told and opened anew. The other side has to echo.
 */
export function startWebSockets(options: WebSocketLoadOptions): WebSocketLoad {
  const report: WebSocketLoadReport = { opened: 0, refused: {}, echoed: 0, garbled: 0, broken: [] }
  const state = { stopping: false, open: 0 }
  const holders = Array.from({ length: options.connections }, () => hold(options, report, state))
  return {
    report,
    ready: () => state.open === options.connections,
    async stop() {
      state.stopping = true
      await Promise.all(holders)
      return report
    },
  }
}

interface State {
  stopping: boolean
  open: number
}

const RETRY_MS = 100

async function hold(
  { port, everyMs = 100 }: WebSocketLoadOptions,
  report: WebSocketLoadReport,
  state: State,
): Promise<void> {
  while (!state.stopping) {
    const opened = await open(port)
    if (typeof opened === 'string') {
      report.refused[opened] = (report.refused[opened] ?? 0) + 1
      await pause(RETRY_MS)
      continue
    }
    report.opened += 1
    state.open += 1
    const openedMs = performance.now()
    for (let count = 0; !state.stopping && opened.ended === undefined; count++) {
      const text = `message ${count}`
      const answer = await opened.exchange(text)
      if (answer === text) report.echoed += 1
      else if (answer !== undefined) report.garbled += 1
      await pause(everyMs)
    }
    state.open -= 1
    if (opened.ended !== undefined) {
      const afterMs = Math.round(performance.now() - openedMs)
      report.broken.push({ afterMs, atMs: performance.now(), by: opened.ended })
    }
    opened.close()
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A socket that was upgraded. */
class Opened {
  readonly #socket: Socket
  #received: Buffer
  #wake = () => {}
  /** How it ended; undefined: it is open. */
  ended: string | undefined

  constructor(socket: Socket, received: Buffer) {
    this.#socket = socket
    this.#received = received
    socket.removeAllListeners()
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#wake()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.code ?? 'error'))
    socket.on('end', () => this.#end('FIN'))
    socket.on('close', () => this.#end('closed'))
  }

  #end(how: string): void {
    this.ended ??= how
    this.#wake()
  }

  /** What came back; undefined: it ended before. */
  async exchange(text: string): Promise<string | undefined> {
    this.#socket.write(textFrame(text, true))
    for (;;) {
      const answer = readTextFrame(this.#received)
      if (answer !== undefined) {
        this.#received = Buffer.alloc(0)
        return answer
      }
      if (this.ended !== undefined) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** A string: why there is none. */
function open(port: number): Promise<Opened | string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let received = Buffer.alloc(0)
    const fail = (why: string) => {
      socket.destroy()
      resolve(why)
    }
    socket.on('connect', () => {
      const key = randomBytes(16).toString('base64')
      const headers = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13']
      const lines = ['GET /socket HTTP/1.1', 'Host: localhost', ...headers]
      socket.write(`${[...lines, `Sec-WebSocket-Key: ${key}`].join('\r\n')}\r\n\r\n`)
    })
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) return
      const status = received.subarray(9, 12).toString('latin1')
      if (status !== '101') fail(status)
      else resolve(new Opened(socket, received.subarray(end + 4)))
    })
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'error'))
    socket.on('close', () => fail('closed before it was open'))
  })
}
