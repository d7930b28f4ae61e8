import {
  ANSWERS,
  HOST,
  HOST_OF_NOBODY,
  REFUSED_IN_TARGET,
  TARGET_FORM,
} from '@zoogate/proxy/request-rules'
import { REFUSED_METHOD } from './answers.ts'
import { type Directive, directive, rewriteDirective } from './directive.ts'

/** The request's target, byte by byte as it came. */
export const TARGET = '%{ENV:zoogate_target}'
/** The authority that the request is for: the target's, if it has one (RFC 9112, 3.2.2), else the Host. */
export const AUTHORITY = '%{ENV:zoogate_authority}'
/** What of the target is its path, in the client's own bytes, or in a route's: what the endpoint is sent. */
export const PATH = '%{ENV:zoogate_path}'
/** The query with its question mark, or nothing. */
export const SEARCH = '%{ENV:zoogate_search}'

/** A header that is looked at is nothing that responses vary by (`NV`): whoever answers says what they vary by. */
export const condition = (text: string, pattern: string, flags?: string): Directive => {
  const all = [...(flags === undefined ? [] : [flags]), ...(text.includes('%{HTTP') ? ['NV'] : [])]
  const words = all.length === 0 ? [] : [`[${all.join(',')}]`]
  return rewriteDirective('RewriteCond', text, pattern, ...words)
}

export const rule = (flags: string): Directive =>
  rewriteDirective('RewriteRule', '^', '-', `[${flags}]`)

/** Reads what a request is for, and refuses what no engine carries. */
export function requestChecks(): readonly Directive[] {
  return [
    condition('%{THE_REQUEST}', '^[^ ]+ ([^ ]*)'),
    rule('E=zoogate_target:%1'),
    condition('%{REQUEST_METHOD}', '^(?:TRACE|CONNECT)$'),
    rule(`E=${REFUSED_METHOD}:${ANSWERS.methodNotAllowed.trimEnd()},R=405`),
    // One that httpd would only meet when it reads the body, which no endpoint shall wait for.
    condition('%{HTTP:Transfer-Encoding}', '!^(?:chunked)?$', 'NC'),
    rule('R=400'),
    condition('%{SERVER_PROTOCOL} %{HTTP:Transfer-Encoding}', '^HTTP/1\\.0 .'),
    rule('R=400'),
    condition(TARGET, `!${TARGET_FORM}`, 'NC,OR'),
    condition(TARGET, REFUSED_IN_TARGET, 'NC'),
    rule('R=400'),
    condition(TARGET, '^https?://([^/?]+)', 'NC'),
    rule('E=zoogate_authority:%1'),
    condition(TARGET, '^/'),
    rule('E=zoogate_authority:%{HTTP_HOST}'),
    // Who asks for a URL of one host and names another is read in two ways.
    condition(`%{HTTP_HOST}|${AUTHORITY}`, '!^(?:([^|]*)\\|\\1|\\|.*)$', 'NC'),
    rule('R=400'),
    // HTTP/1.0 may leave it out.
    condition(AUTHORITY, `!${HOST}`),
    condition(`%{SERVER_PROTOCOL} ${AUTHORITY}`, '!^HTTP/1\\.0 $'),
    rule('R=400'),
    // The path may be missing from a URL.
    condition(TARGET, '^(?:[Hh][^/]*//[^/?]*)?([^?]*)(\\?.*)?$'),
    rule('E=zoogate_path:%1,E=zoogate_search:%2'),
    condition(PATH, '^$'),
    rule('E=zoogate_path:/'),
    // mod_rewrite cuts one off wherever a query is written.
    condition(SEARCH, '&$'),
    rule(`E=zoogate_search:${SEARCH}&`),
    // httpd takes the slashes that a path begins with for one, and so would find `/admin` in `//admin`. No
    // route has a path with such a segment: it is compared as one that only the prefix `/` covers.
    condition(PATH, '^//'),
    rewriteDirective('RewriteRule', '^(/.*)$', '/.$1'),
  ]
}

/** What an endpoint that is spoken to in HTTP/1.1 must be told. */
export function hostOfNobody(): Directive {
  return directive('RequestHeader', 'set', 'Host', HOST_OF_NOBODY, 'expr=-z %{HTTP_HOST}')
}
