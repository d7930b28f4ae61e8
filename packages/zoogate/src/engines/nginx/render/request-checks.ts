import { HOST, HOST_OF_NOBODY, REFUSED_IN_TARGET } from '@zoogate/proxy/request-rules'
import { block, type Directive, directive } from './directive.ts'

/** Not empty for a request whose target, or whose Host, no engine of ours carries; or whose URL is of another host. */
export const BAD_TARGET = '$zoogate_bad_target'
export const BAD_HOST = '$zoogate_bad_host'
export const OTHER_HOST = '$zoogate_other_host'

/** The authority that a request is for, and whether target and authority are such as are carried. */
export function requestChecks(): readonly Directive[] {
  return [
    block(
      ['map', '$request_uri', BAD_TARGET],
      [directive('default', ''), directive(`~*${REFUSED_IN_TARGET}`, '1')],
    ),
    // The authority that the client asked for: the request line's, if it has one (RFC 9112, 3.2.2).
    block(
      ['map', '$request', '$zoogate_authority'],
      [
        directive('default', '$http_host'),
        directive('~*^[A-Z]+ https?://([^/?# ]+)', '$1'),
        // nginx takes a URL of any scheme; no host is called so.
        directive('~*^[A-Z]+ [^/ ]+://', ':'),
      ],
    ),
    // Who asks for a URL of one host and names another is read in two ways.
    block(
      ['map', '$http_host|$zoogate_authority', OTHER_HOST],
      [directive('default', '1'), directive('~*^(?:([^|]*)\\|\\1|\\|.*)$', '')],
    ),
    // HTTP/1.0 may leave it out, which an endpoint that is spoken to in HTTP/1.1 must refuse.
    block(
      ['map', '$zoogate_authority', '$zoogate_host'],
      [directive('default', '$zoogate_authority'), directive('', HOST_OF_NOBODY)],
    ),
    block(
      ['map', '$server_protocol', '$zoogate_bad_absence'],
      [directive('default', '1'), directive('HTTP/1.0', '')],
    ),
    block(
      ['map', '$zoogate_authority', BAD_HOST],
      [directive('default', '1'), directive('', '$zoogate_bad_absence'), directive(`~${HOST}`, '')],
    ),
  ]
}
