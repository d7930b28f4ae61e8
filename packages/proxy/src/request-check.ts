import { lowerCaseName } from './hop-by-hop.ts'
import { HOST, REFUSED_IN_TARGET, TARGET_FORM } from './request-rules.ts'

export interface RequestHead {
  readonly method: string
  /** The request target as it came. */
  readonly target: string
  readonly httpVersion: string
  readonly rawHeaders: readonly string[]
}

/** A request that can be routed, or the reason why it is refused with 400. */
export type CheckedRequest =
  | {
      readonly refused?: undefined
      /** As the client wrote it, port included; empty in HTTP/1.0. */
      readonly host: string
      /** Origin form: begins with `/`, query included. */
      readonly path: string
      readonly body: 'none' | 'present'
    }
  | { readonly refused: string }

const ACCEPTED_HOST = new RegExp(HOST)
const REFUSED_TARGET = new RegExp(REFUSED_IN_TARGET, 'i')
const ACCEPTED_TARGET = new RegExp(TARGET_FORM, 'i')
const ABSOLUTE = /^https?:\/\/([^/?]*)(.*)$/i

/**
 * Refuses what two parsers could read differently (RFC 9112 §6.3 and §11.2): one length, one host,
 * one framing. Node's own strict parser has refused most of it already; this holds whatever parser
 * is in front.
 */
export function checkRequest(head: RequestHead): CheckedRequest {
  let host: string | undefined
  let contentLength: string | undefined
  let transferEncoding: string | undefined
  for (let i = 0; i < head.rawHeaders.length; i += 2) {
    const value = head.rawHeaders[i + 1] ?? ''
    switch (lowerCaseName(head.rawHeaders[i] ?? '')) {
      case 'host':
        if (host !== undefined) return { refused: 'more than one Host' }
        host = value
        break
      case 'content-length':
        if (contentLength !== undefined) return { refused: 'more than one Content-Length' }
        contentLength = value
        break
      case 'transfer-encoding':
        if (transferEncoding !== undefined) return { refused: 'more than one Transfer-Encoding' }
        transferEncoding = value
        break
      default:
    }
  }
  const framing = checkFraming(head.httpVersion, contentLength, transferEncoding)
  if (framing !== undefined) return { refused: framing }
  const body =
    transferEncoding !== undefined || (contentLength !== undefined && !/^0+$/.test(contentLength))
      ? 'present'
      : 'none'
  return checkTarget(head, host, body)
}

function checkFraming(
  httpVersion: string,
  contentLength: string | undefined,
  transferEncoding: string | undefined,
): string | undefined {
  if (contentLength !== undefined && transferEncoding !== undefined) {
    return 'both Content-Length and Transfer-Encoding'
  }
  if (contentLength !== undefined && !/^[0-9]{1,15}$/.test(contentLength)) {
    return 'Content-Length is not a number'
  }
  if (transferEncoding === undefined) return undefined
  if (httpVersion === '1.0') return 'Transfer-Encoding in HTTP/1.0'
  return transferEncoding.toLowerCase() === 'chunked'
    ? undefined
    : 'a Transfer-Encoding other than chunked'
}

function checkTarget(
  head: RequestHead,
  hostHeader: string | undefined,
  body: 'none' | 'present',
): CheckedRequest {
  if (!ACCEPTED_TARGET.test(head.target)) {
    return { refused: 'a target that is neither a path nor a URL' }
  }
  let host = hostHeader ?? ''
  let path = head.target
  if (!path.startsWith('/')) {
    // Absolute form. Who asks for one host and names another is read in two ways (RFC 9112 §3.2.2).
    const [, authority = '', rest = ''] = ABSOLUTE.exec(path) ?? []
    if (hostHeader !== undefined && hostHeader.toLowerCase() !== authority.toLowerCase()) {
      return { refused: 'a URL of another host than Host' }
    }
    host = authority
    path = rest.startsWith('/') ? rest : `/${rest}`
  }
  if (REFUSED_TARGET.test(path)) return { refused: 'a path that could be read in two ways' }
  // HTTP/1.0 may leave it out.
  const absent = host === '' && head.httpVersion === '1.0'
  if (!absent && !ACCEPTED_HOST.test(host)) return { refused: 'an invalid Host' }
  return { host, path, body }
}
