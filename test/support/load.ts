import { connect, type Socket } from 'node:net'

export interface LoadOptions {
  readonly port: number
  readonly connections: number
  /** Over all connections. */
  readonly requestsPerSecond: number
  /** One connection for many requests, or one for each. */
  readonly keepAlive: boolean
  readonly path?: string
  readonly host?: string
  /** Raw header lines without line ends. */
  readonly headers?: readonly string[]
  /** Default 10 000. */
  readonly timeoutMs?: number
}

/** What became of the requests. Failures are told apart, for they mean different faults. */
export interface LoadReport {
  sent: number
  /** Answered with a status below 400. */
  ok: number
  readonly status: Record<string, number>
  /** Short bodies of 200s and how often each came: who answered. */
  readonly bodies: Record<string, number>
  /** The connection was refused or reset before it stood. */
  readonly connectErrors: Record<string, number>
  /** Closed before any byte of the answer to the first request of a connection. */
  readonly freshFailures: Record<string, number>
  /** The same on a connection that had answered before. */
  readonly reusedFailures: Record<string, number>
  /** Closed in the middle of an answer. */
  truncated: number
  timeouts: number
  connections: number
  /** Longest answer, in milliseconds. */
  slowestMs: number
  /** By which a request without an answer is found in an engine's log: no more than {@link FAILED_KEPT_MAX}. */
  readonly failedRequests: FailedRequest[]
}

interface FailedRequest {
  readonly what: string
  /** Of the client's socket. */
  readonly localPort: number | undefined
  /** ISO 8601. */
  readonly at: string
}

export interface Load {
  readonly report: LoadReport
  /** Requests that got no good answer so far: the sum of all kinds of failure. */
  failed(): number
  /** Lets what is in flight finish, then resolves. */
  stop(): Promise<LoadReport>
}

const BODY_BYTES_KEPT_MAX = 64
const FAILED_KEPT_MAX = 20

/**
 * An open-loop HTTP/1.1 client on raw sockets, so that a failure is seen as it is on the wire: no
 * library retries behind its back. Answers need a Content-Length or chunked encoding.
 */
export function startLoad(options: LoadOptions): Load {
  const report: LoadReport = {
    sent: 0,
    ok: 0,
    status: {},
    bodies: {},
    connectErrors: {},
    freshFailures: {},
    reusedFailures: {},
    truncated: 0,
    timeouts: 0,
    connections: 0,
    slowestMs: 0,
    failedRequests: [],
  }
  const state = { stopping: false }
  const everyMs = (options.connections / options.requestsPerSecond) * 1000
  const clients = Array.from({ length: options.connections }, (_, index) =>
    runClient(options, report, state, everyMs, (everyMs * index) / options.connections),
  )
  return {
    report,
    failed: () => failures(report),
    async stop() {
      state.stopping = true
      await Promise.all(clients)
      return report
    },
  }
}

/** Requests without a good answer, of all kinds. */
export function failures(report: LoadReport): number {
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)
  return report.sent - report.ok + sum(report.connectErrors)
}

async function runClient(
  options: LoadOptions,
  report: LoadReport,
  state: { stopping: boolean },
  everyMs: number,
  startMs: number,
): Promise<void> {
  const request = Buffer.from(
    [
      `GET ${options.path ?? '/'} HTTP/1.1`,
      `Host: ${options.host ?? 'localhost'}`,
      ...(options.headers ?? []),
      ...(options.keepAlive ? [] : ['Connection: close']),
      '',
      '',
    ].join('\r\n'),
  )
  let connection: Connection | undefined
  let next = Date.now() + startMs
  while (!state.stopping) {
    const wait = next - Date.now()
    // A client that fell behind does not catch up with a burst: that would be another load.
    next = Math.max(next + everyMs, Date.now() - 1_000)
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    if (state.stopping) break
    if (connection === undefined || connection.closed) {
      report.connections++
      const opened = await openConnection(options.port)
      if (typeof opened === 'string') {
        count(report.connectErrors, opened)
        continue
      }
      connection = opened
    }
    const open = await exchange(connection, request, report, options.timeoutMs ?? 10_000)
    if (!open || !options.keepAlive) {
      connection.socket.destroy()
      connection = undefined
    }
  }
  connection?.socket.destroy()
}

interface Connection {
  readonly socket: Socket
  closed: boolean
  error: string
  requests: number
  received: string
  wake: () => void
}

function openConnection(port: number): Promise<Connection | string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const connection: Connection = {
      socket,
      closed: false,
      error: 'FIN',
      requests: 0,
      received: '',
      wake: () => {},
    }
    socket.setEncoding('latin1')
    socket.once('connect', () => resolve(connection))
    socket.on('data', (chunk: string) => {
      connection.received += chunk
      connection.wake()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      connection.error = error.code ?? 'error'
    })
    const ended = () => {
      connection.closed = true
      resolve(connection.error)
      connection.wake()
    }
    // What is sent after the other side's end would be a failure of ours.
    socket.on('end', ended)
    socket.on('close', ended)
  })
}

/** Sends one request and reads its answer. Resolves with whether the connection can be used again. */
async function exchange(
  connection: Connection,
  request: Buffer,
  report: LoadReport,
  timeoutMs: number,
): Promise<boolean> {
  const reused = connection.requests > 0
  connection.requests++
  connection.received = ''
  report.sent++
  const started = performance.now()
  const { localPort } = connection.socket
  const failed = (what: string) => {
    if (report.failedRequests.length >= FAILED_KEPT_MAX) return
    report.failedRequests.push({ what, localPort, at: new Date().toISOString() })
  }
  connection.socket.write(request)
  for (;;) {
    const answer = parseAnswer(connection.received)
    if (answer !== undefined) {
      record(report, answer, performance.now() - started)
      if (Number(answer.status) >= 400) failed(answer.status)
      return !answer.close
    }
    if (connection.closed) {
      if (connection.received !== '') report.truncated++
      else count(reused ? report.reusedFailures : report.freshFailures, connection.error)
      failed(connection.error)
      return false
    }
    const left = timeoutMs - (performance.now() - started)
    if (left <= 0) {
      report.timeouts++
      failed('no answer in time')
      return false
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left)
      connection.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

export interface Answer {
  readonly status: string
  readonly body: string
  readonly close: boolean
}

export function parseAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const rest = text.slice(end + 4)
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  const chunked = /\r\ntransfer-encoding: *chunked/i.test(head)
  if (
    length === undefined ? !(chunked && rest.endsWith('0\r\n\r\n')) : rest.length < Number(length)
  ) {
    return undefined
  }
  return {
    status: head.slice(9, 12),
    body: length === undefined ? rest : rest.slice(0, Number(length)),
    close: /\r\nconnection: *close/i.test(head),
  }
}

function record(report: LoadReport, answer: Answer, tookMs: number): void {
  count(report.status, answer.status)
  if (Number(answer.status) < 400) report.ok++
  if (answer.status === '200' && answer.body.length <= BODY_BYTES_KEPT_MAX) {
    count(report.bodies, answer.body.trim())
  }
  report.slowestMs = Math.max(report.slowestMs, tookMs)
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
