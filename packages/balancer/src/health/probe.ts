import { request } from 'node:http'
import { connect, isIPv6 } from 'node:net'
import {
  type HealthCheck,
  type ProbeResult,
  type ProbeTarget,
  ZOOKEEPER_SERVING,
} from './health-check.ts'

/** What `srvr` prints are some hundred bytes. */
const SRVR_BYTES_MAX = 16 * 1024

/** Longest response head that is read; a longer one fails the probe. */
const HEAD_BYTES_MAX = 16 * 1024

/** Of the body so much is read, so that a small answer ends cleanly; then the connection is cut. */
const BODY_BYTES_MAX = 64 * 1024

export interface ProbeOptions {
  readonly signal?: AbortSignal
}

/**
 * Asks an endpoint once, on a connection of its own. Never rejects and never follows a redirect:
 * everything but a connection (tcp), a status in the range (http) or the mode of a serving member
 * (zookeeper) within the timeout fails.
 */
export async function probe(
  target: ProbeTarget,
  check: Pick<HealthCheck, 'probe' | 'timeoutMs'>,
  options: ProbeOptions = {},
): Promise<ProbeResult> {
  const startedMs = performance.now()
  const verdict = await new Promise<{ passed: boolean; detail: string }>((resolve) => {
    const timeout = AbortSignal.timeout(check.timeoutMs)
    const signal =
      options.signal === undefined ? timeout : AbortSignal.any([options.signal, timeout])
    const fail = (error: Error) => {
      const detail = timeout.aborted ? `no answer within ${check.timeoutMs} ms` : error.message
      resolve({ passed: false, detail })
    }
    try {
      if (signal.aborted) fail(new Error('the probe was aborted'))
      else if (check.probe.type === 'tcp') askTcp(target, signal, resolve, fail)
      else if (check.probe.type === 'zookeeper') askZooKeeper(target, signal, resolve, fail)
      else askHttp(target, check.probe, signal, resolve, fail)
    } catch (error) {
      // A path or a port that cannot be is thrown at once.
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  })
  return { ...verdict, latencyMs: performance.now() - startedMs }
}

type Resolve = (verdict: { passed: boolean; detail: string }) => void
type Fail = (error: Error) => void

function askTcp(target: ProbeTarget, signal: AbortSignal, resolve: Resolve, fail: Fail): void {
  const socket = connect({ host: target.address, port: target.port, signal })
  socket.on('error', fail)
  socket.on('connect', () => {
    resolve({ passed: true, detail: 'connected' })
    socket.destroy()
  })
}

/** It answers the four letters and closes the connection. */
function askZooKeeper(target: ProbeTarget, signal: AbortSignal, resolve: Resolve, fail: Fail) {
  const socket = connect({ host: target.address, port: target.port, signal })
  let text = ''
  socket.setEncoding('latin1')
  socket.on('error', fail)
  socket.on('connect', () => socket.write('srvr\n'))
  socket.on('data', (chunk: string) => {
    text += chunk
    if (text.length > SRVR_BYTES_MAX) socket.destroy(new Error('srvr printed above 16 KiB'))
  })
  socket.on('close', () => {
    const mode = new RegExp(ZOOKEEPER_SERVING).exec(text)?.[1]
    const said = text.trim().split('\n', 1)[0]?.slice(0, 200)
    if (mode === undefined) resolve({ passed: false, detail: `srvr: ${said || 'no answer'}` })
    else resolve({ passed: true, detail: mode })
  })
}

function askHttp(
  target: ProbeTarget,
  expected: { readonly path: string; readonly statusFrom: number; readonly statusTo: number },
  signal: AbortSignal,
  resolve: Resolve,
  fail: Fail,
): void {
  const host = isIPv6(target.address) ? `[${target.address}]` : target.address
  const outgoing = request({
    host: target.address,
    port: target.port,
    path: expected.path,
    agent: false,
    maxHeaderSize: HEAD_BYTES_MAX,
    headers: {
      host: `${host}:${target.port}`,
      connection: 'close',
      'user-agent': 'zoogate-health',
    },
    signal,
  })
  outgoing.on('error', fail)
  outgoing.on('response', (response) => {
    const status = response.statusCode ?? 0
    const passed = status >= expected.statusFrom && status <= expected.statusTo
    resolve({ passed, detail: `status ${status}` })
    let bodyBytes = 0
    response.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.length
      if (bodyBytes > BODY_BYTES_MAX) outgoing.destroy()
    })
    response.on('error', () => {
      // The verdict is in; how the body ends does not matter.
    })
  })
  outgoing.end()
}
