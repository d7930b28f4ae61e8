import { request as requestHttp } from 'node:http'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import type { Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { durationMs } from '../../../../packages/zoogate/src/model/values/duration.ts'
import { parseResponse } from '../../../support/raw-http.ts'
import type { RequestSpec } from '../request-schema.ts'
import { endSlowly } from '../slowly.ts'
import type { Answer } from './answer.ts'
import { filler, uncompressed } from './bytes.ts'
import { webSocketExchange } from './websocket.ts'

/** A request with all that is sent, on a connection that is open. */
export interface Outgoing {
  readonly id: string
  readonly host: string
  /** Beside Host. Values of one name in a list are sent one by one. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly spec: RequestSpec
}

type Received = Pick<Answer, 'status' | 'interim' | 'headers' | 'http2'> & {
  readonly bytes: Buffer
}

/** Nobody waits longer for one answer. */
const ANSWER_TIMEOUT_MS = 15_000

/** Sends and reads to the end of the answer. Never rejects: what went wrong is in the answer. */
export async function send(
  open: () => Promise<Socket | TLSSocket>,
  outgoing: Outgoing,
): Promise<Answer> {
  const startedMs = performance.now()
  const rest = () => ({ tookMs: performance.now() - startedMs, requestId: outgoing.id })
  let socket: Socket | TLSSocket | undefined
  let peer: Pick<Answer, 'certificate' | 'tlsVersion'> = {}
  try {
    socket = await open()
    peer = socket instanceof TLSSocket ? peerOf(socket) : {}
    const received = await inTime(exchange(socket, outgoing))
    const encoding = received.headers.find(([name]) => name === 'content-encoding')?.[1]
    const body = uncompressed(received.bytes, encoding).toString('latin1')
    const { bytes, ...head } = received
    return { ...head, body, bodyBytes: bytes.length, ...peer, ...rest() }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const nothing = { status: 0, headers: [], body: '', bodyBytes: 0, http2: false }
    return { ...nothing, error: message, ...peer, ...rest() }
  } finally {
    socket?.destroy()
  }
}

function exchange(socket: Socket | TLSSocket, outgoing: Outgoing): Promise<Received> {
  const { spec } = outgoing
  if (spec.tcp !== undefined) return tcpExchange(socket, spec.tcp)
  if (spec.raw !== undefined) return rawExchange(socket, spec.raw, spec.rawRest)
  if (spec.webSocket !== undefined) return webSocketExchange(socket, outgoing)
  return spec.http2 === true ? http2Exchange(socket, outgoing) : http1Exchange(socket, outgoing)
}

function http1Exchange(socket: Socket, { host, headers, spec }: Outgoing): Promise<Received> {
  const body = bodyOf(spec)
  return new Promise((resolve, reject) => {
    const lines = Object.entries({ Host: host, ...headers, Connection: 'close' })
    const request = requestHttp({
      createConnection: () => socket,
      method: spec.method ?? 'GET',
      path: spec.path ?? '/',
      headers: {
        ...Object.fromEntries(lines.map(([name, value]) => [name, mutable(value)])),
        ...(body === undefined ? {} : { 'Content-Length': String(body.length) }),
      },
      setHost: false,
    })
    request.on('error', reject)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('error', reject)
      response.on('aborted', () => reject(new Error('the answer was cut off')))
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: pairs(response.rawHeaders),
          bytes: Buffer.concat(chunks),
          http2: false,
        }),
      )
    })
    sendBody(request, spec)
  })
}

function http2Exchange(socket: Socket, { host, headers, spec }: Outgoing): Promise<Received> {
  if (!(socket instanceof TLSSocket) || socket.alpnProtocol !== 'h2') {
    return Promise.reject(new Error('HTTP/2 is not offered'))
  }
  return new Promise((resolve, reject) => {
    const session: ClientHttp2Session = connectHttp2(`https://${host}`, {
      createConnection: () => socket,
    })
    session.on('error', reject)
    const stream = session.request({
      ...Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), mutable(value)]),
      ),
      ':method': spec.method ?? 'GET',
      ':path': spec.path ?? '/',
      ':authority': host,
    })
    const chunks: Buffer[] = []
    let head: Pick<Received, 'status' | 'headers'> = { status: 0, headers: [] }
    stream.on('error', reject)
    stream.on('response', (response) => {
      const headers = Object.entries(response).flatMap(([name, value]) =>
        name.startsWith(':') ? [] : [value ?? []].flat().map((one) => [name, String(one)] as const),
      )
      head = { status: Number(response[':status']), headers }
    })
    stream.on('data', (chunk) => chunks.push(chunk))
    stream.on('end', () => {
      session.close()
      resolve({ ...head, bytes: Buffer.concat(chunks), http2: true })
    })
    sendBody(stream, spec)
  })
}

/** To the end of the connection. */
function rawExchange(socket: Socket, text: string, rest?: string): Promise<Received> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => {
      if (chunks.length === 0 && rest !== undefined) socket.write(rest)
      chunks.push(chunk)
    })
    socket.on('close', () => {
      try {
        const { status, interim, headers, body } = parseResponse(Buffer.concat(chunks))
        resolve({ status, interim, headers, bytes: body, http2: false })
      } catch (error) {
        reject(error)
      }
    })
    // YAML's lines end with a line feed alone, and a text of it with one; HTTP's do not.
    const head = /\n\r?\n/.test(text) ? text : `${text.trimEnd()}\n\n`
    socket.write(head.replace(/\r?\n/g, '\r\n'))
  })
}

/** The name of who is there, and as many bytes as were sent. Status 200: they came back. */
function tcpExchange(
  socket: Socket,
  { send: text, end: ends = false }: NonNullable<RequestSpec['tcp']>,
): Promise<Received> {
  return new Promise((resolve, reject) => {
    let received = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      received += chunk
      const end = received.indexOf('\n')
      if (end < 0 || received.length < end + 1 + text.length) return
      const bytes = Buffer.from(received.slice(end + 1), 'latin1')
      resolve({ status: 200, headers: [['x-by', received.slice(0, end)]], bytes, http2: false })
    })
    socket.on('close', () => reject(new Error('the connection was closed')))
    if (ends) socket.end(text)
    else socket.write(text)
  })
}

function bodyOf({ body, bodyBytes }: RequestSpec): Buffer | undefined {
  if (bodyBytes !== undefined) return filler(bodyBytes)
  return body === undefined ? undefined : Buffer.from(body)
}

function sendBody(stream: Writable, spec: RequestSpec): void {
  const body = bodyOf(spec)
  if (body === undefined || spec.slowly === undefined) stream.end(body)
  else void endSlowly(stream, body, durationMs(spec.slowly))
}

function mutable(value: string | readonly string[]): string | string[] {
  return typeof value === 'string' ? value : [...value]
}

function pairs(flat: readonly string[]): readonly (readonly [string, string])[] {
  return flat.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), flat[index + 1] ?? ''] as const] : [],
  )
}

function peerOf(socket: TLSSocket): Pick<Answer, 'certificate' | 'tlsVersion'> {
  const name = /DNS:([^,]*)/.exec(socket.getPeerCertificate().subjectaltname ?? '')?.[1]
  const version = socket.getProtocol()
  return {
    ...(name === undefined ? {} : { certificate: name }),
    ...(version === null ? {} : { tlsVersion: version }),
  }
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const message = `no answer within ${ANSWER_TIMEOUT_MS} ms`
    timer = setTimeout(() => reject(new Error(message)), ANSWER_TIMEOUT_MS)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
