import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { filler } from '../client/bytes.ts'

/** What a sample backend saw of a request: its answer too, as JSON. */
export interface Seen {
  readonly by: string
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** As they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly bodyBytes: number
  /** Of a body that is too long to be shown: whether each byte is what `bodyBytes` sends. */
  readonly isFiller?: boolean
  /** Of TLS: the SNI, and the common name of the certificate that was shown. */
  readonly serverName?: string
  readonly clientCertificate?: string
}

const BODY_BYTES_SHOWN_MAX = 10_000

export function seenOf(by: string, request: IncomingMessage, body: Buffer): Seen {
  const { rawHeaders, socket } = request
  return {
    by,
    method: request.method ?? '',
    target: request.url ?? '',
    headers: rawHeaders.flatMap((name, index) =>
      index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : [],
    ),
    body: body.length > BODY_BYTES_SHOWN_MAX ? '' : body.toString('latin1'),
    bodyBytes: body.length,
    ...(body.length > BODY_BYTES_SHOWN_MAX ? { isFiller: body.equals(filler(body.length)) } : {}),
    ...(socket instanceof TLSSocket ? tlsOf(socket) : {}),
  }
}

function tlsOf(socket: TLSSocket): Partial<Seen> {
  const { servername } = socket as { servername?: unknown }
  const subject = socket.getPeerCertificate().subject?.CN
  return {
    ...(typeof servername === 'string' ? { serverName: servername } : {}),
    ...(subject === undefined ? {} : { clientCertificate: String(subject) }),
  }
}
