import { connect } from 'node:net'

/** A response as it came over the wire, chunks joined. */
export interface RawResponse {
  /** 0: the connection was closed without a response that is HTTP/1. */
  readonly status: number
  /** Interim responses before it (RFC 9110 §15.2). */
  readonly interim: readonly number[]
  /** Names in lower case, in the order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export interface RawExchangeOptions {
  /** The request, or parts of it: each further one is sent when a response, interim or not, came. */
  readonly parts: readonly (string | Buffer)[]
  /** Default 10 000. */
  readonly timeoutMs?: number
}

/**
 * Sends exactly these bytes to a port of this machine and reads to the end of the connection: no
 * client library tidies up what is sent. The request has to say `Connection: close`.
 */
export function rawExchange(port: number, options: RawExchangeOptions): Promise<RawResponse> {
  const { parts, timeoutMs = 10_000 } = options
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const [first = '', ...rest] = parts
    const socket = connect(port, '127.0.0.1', () => socket.write(first))
    const timer = setTimeout(() => {
      socket.destroy()
      const sofar = Buffer.concat(received).toString('latin1').slice(0, 500)
      reject(new Error(`the connection was not closed within ${timeoutMs} ms; got ${sofar}`))
    }, timeoutMs)
    socket.on('data', (chunk) => {
      received.push(chunk)
      const next = rest.shift()
      if (next !== undefined) socket.write(next)
    })
    // A server that refuses a request may reset what it did not read; what it said before counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      try {
        resolve(parseResponse(Buffer.concat(received)))
      } catch (error) {
        reject(error)
      }
    })
  })
}

/** A whole response. Status 0: it is none that is HTTP/1. */
export function parseResponse(bytes: Buffer): RawResponse {
  const interim: number[] = []
  let rest = bytes
  for (;;) {
    if (rest.length === 0) return { status: 0, interim, headers: [], body: rest }
    const end = rest.indexOf('\r\n\r\n')
    const [statusLine = '', ...lines] = rest.subarray(0, end).toString('latin1').split('\r\n')
    const status = Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(statusLine)?.[1])
    if (end < 0 || Number.isNaN(status)) return { status: 0, interim, headers: [], body: rest }
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(':')
      // Not `trim`, which takes bytes for space that are none in HTTP.
      const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '')
      return [line.slice(0, colon).toLowerCase(), value]
    })
    rest = rest.subarray(end + 4)
    if (status >= 200 || status === 101) {
      const chunked = headers.some(
        ([name, value]) => name === 'transfer-encoding' && value === 'chunked',
      )
      return { status, interim, headers, body: chunked ? dechunked(rest) : rest }
    }
    interim.push(status)
  }
}

function dechunked(bytes: Buffer): Buffer {
  const chunks: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    // A response to HEAD says how its body would be framed, and has none.
    if (lineEnd < 0) return Buffer.concat(chunks)
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    if (size === 0) return Buffer.concat(chunks)
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 2 + size + 2
  }
}
