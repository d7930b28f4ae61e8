import { readFileSync } from 'node:fs'
import {
  decodeConnectRequest,
  decodeConnectResponse,
  decodeReplyHeader,
  decodeRequestHeader,
  decodeWatcherEvent,
  encodeConnectRequest,
  encodeReplyHeader,
  encodeRequestHeader,
  type JuteReader,
  JuteWriter,
  PASSWORD_BYTES,
} from '../../../src/protocol/index.ts'
import { operationCases } from '../operation-cases.ts'

/** A valid frame, without its length word, and what reads it. */
export interface CorpusFrame {
  /** Where it comes from and what it is, for messages. */
  readonly name: string
  readonly bytes: Buffer
  readonly decode: (reader: JuteReader) => unknown
}

const RECORDED = new URL('../recorded-replies.json', import.meta.url)
const GENERATED_PER_RECORD = 4

type Decode = CorpusFrame['decode']

/** What a client does with a frame of each kind: the header first, then a body where there is one. */
const replyDecoders = new Map<string, Decode>([
  ['handshake', decodeConnectResponse],
  ['event', (reader) => [decodeReplyHeader(reader), decodeWatcherEvent(reader)]],
  ['error', decodeReplyHeader],
  ...operationCases.map(({ name, response }) => [name, replyDecoder(response.decode)] as const),
])

function replyDecoder(decodeBody: Decode): Decode {
  return (reader) => {
    const header = decodeReplyHeader(reader)
    return header.err === 0 ? [header, decodeBody(reader)] : header
  }
}

/** Frames that real servers sent (`recorded-replies.json`), and generated ones of every record, both ways. */
export function corpus(seed: number): CorpusFrame[] {
  return [...recordedFrames(), ...generatedFrames(seed)]
}

function recordedFrames(): CorpusFrame[] {
  const recorded = JSON.parse(readFileSync(RECORDED, 'utf8')) as Record<
    string,
    Record<string, readonly string[]>
  >
  return Object.entries(recorded).flatMap(([server, kinds]) =>
    Object.entries(kinds).flatMap(([kind, frames]) =>
      frames.map((hex) => {
        const decode = replyDecoders.get(kind)
        if (decode === undefined) throw new Error(`nobody reads a ${kind}`)
        return { name: `${kind} of ${server}`, bytes: Buffer.from(hex, 'hex'), decode }
      }),
    ),
  )
}

function generatedFrames(seed: number): CorpusFrame[] {
  const options = { seed, count: GENERATED_PER_RECORD }
  const requests = operationCases.flatMap(({ name, opCode, request }) =>
    request.samples(options).map((body) => ({
      name: `generated request ${name}`,
      bytes: withHeader((to) => encodeRequestHeader(to, { xid: 1, type: opCode }), body),
      decode: (reader: JuteReader) => [decodeRequestHeader(reader), request.decode(reader)],
    })),
  )
  const replies = operationCases.flatMap(({ name, response }) =>
    response.samples(options).map((body) => ({
      name: `generated reply ${name}`,
      bytes: withHeader((to) => encodeReplyHeader(to, { xid: 1, zxid: 1n, err: 0 }), body),
      decode: replyDecoder(response.decode),
    })),
  )
  return [...requests, ...replies, connectRequest()]
}

function connectRequest(): CorpusFrame {
  const writer = new JuteWriter()
  encodeConnectRequest(writer, {
    protocolVersion: 0,
    lastZxidSeen: 1n,
    timeoutMs: 10_000,
    sessionId: 0x1234_5678n,
    password: Buffer.alloc(PASSWORD_BYTES, 1),
    readOnly: false,
  })
  const bytes = Buffer.from(writer.take())
  return { name: 'generated request handshake', bytes, decode: decodeConnectRequest }
}

function withHeader(writeHeader: (to: JuteWriter) => void, body: Buffer): Buffer {
  const writer = new JuteWriter()
  writeHeader(writer)
  return Buffer.concat([Buffer.from(writer.take()), body])
}
