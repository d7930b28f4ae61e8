import { connectionNamed, isHopByHop, lowerCaseName } from './hop-by-hop.ts'
import { HEADERS_OF_OURS, HOST_OF_NOBODY, UNUSUAL_HEADER_NAME } from './request-rules.ts'

export interface RequestHeadersInput {
  /** As they came: name, value, name, value. */
  readonly rawHeaders: readonly string[]
  /** The client's Host, which goes on to the backend. */
  readonly host: string
  /** The client's IP address. */
  readonly clientAddress: string
  readonly scheme: 'http' | 'https'
}

/** What we say ourselves of the client. Its own values are dropped: anybody can write them. */
const OURS: ReadonlySet<string> = new Set(['host', 'expect', ...HEADERS_OF_OURS])
const UNUSUAL_NAME = new RegExp(UNUSUAL_HEADER_NAME)

/**
 * The headers of a request as they go to an endpoint, in the client's order: without those of the
 * connection (RFC 9110 §7.6.1) and without what the client says of its own address, then ours.
 * `Expect` is answered by the front. Framing is the wire's: only `Content-Length` is passed on.
 */
export function forwardedRequestHeaders(input: RequestHeadersInput): string[] {
  const { rawHeaders, host, clientAddress, scheme } = input
  const named = connectionNamed(rawHeaders)
  const headers = ['host', host === '' ? HOST_OF_NOBODY : host]
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    const lower = lowerCaseName(name)
    if (OURS.has(lower) || isHopByHop(lower) || named?.has(lower) === true) continue
    if (UNUSUAL_NAME.test(lower)) continue
    headers.push(name, rawHeaders[i + 1] ?? '')
  }
  headers.push('x-forwarded-for', clientAddress)
  headers.push('x-forwarded-proto', scheme)
  if (host !== '') headers.push('x-forwarded-host', host)
  headers.push('forwarded', forwardedElement(clientAddress, scheme))
  return headers
}

/** One element of `Forwarded` (RFC 7239 §4): IPv6 in brackets and quotes. */
function forwardedElement(clientAddress: string, scheme: string): string {
  const client = clientAddress.includes(':') ? `"[${clientAddress}]"` : clientAddress
  return `for=${client};proto=${scheme}`
}

/** `::ffff:10.0.0.1`, as a dual-stack socket shows an IPv4 client, to `10.0.0.1`. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return 'unknown'
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
