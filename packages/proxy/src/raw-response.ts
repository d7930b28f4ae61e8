import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Writes a response head on a connection that node:http has handed over. Names and values come from
 * Node's own parser, which lets no line end through.
 */
export function writeRawHead(
  socket: Duplex,
  status: number,
  statusText: string,
  headers: readonly string[],
): void {
  let head = `HTTP/1.1 ${status} ${statusText}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  socket.write(`${head}\r\n`, 'latin1')
}

/** Answers by ourselves, in one line of text, and closes. */
export function writeRawResponse(socket: Duplex, status: number, text: string): void {
  writeRawHead(socket, status, STATUS_CODES[status] ?? '', [
    'content-type',
    'text/plain',
    'content-length',
    String(Buffer.byteLength(text)),
    'connection',
    'close',
  ])
  socket.end(text)
}

/**
 * The bytes of a request head that was read already, without its `Upgrade`: what a server that does
 * not know the protocol would have seen (RFC 9110 §7.8).
 */
export function requestHeadWithoutUpgrade(request: {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
}): Buffer {
  let head = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] ?? ''
    if (name.toLowerCase() === 'upgrade') continue
    head += `${name}: ${request.rawHeaders[i + 1]}\r\n`
  }
  return Buffer.from(`${head}\r\n`, 'latin1')
}
