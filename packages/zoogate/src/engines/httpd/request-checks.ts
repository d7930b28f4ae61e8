import { HOST, HOST_OF_NOBODY, REFUSED_IN_TARGET, TARGET_FORM } from '@zoogate/proxy/request-rules'
import { type Directive, directive, rewriteDirective } from './directive.ts'

/** The request's target, byte by byte as it came. */
const TARGET = '%{ENV:zoogate_target}'
/** The authority that the request is for: the target's, if it has one (RFC 9112, 3.2.2), else the Host. */
export const AUTHORITY = '%{ENV:zoogate_authority}'

export const condition = (text: string, pattern: string, flags?: string): Directive =>
  rewriteDirective('RewriteCond', text, pattern, ...(flags === undefined ? [] : [`[${flags}]`]))

export const rule = (flags: string): Directive =>
  rewriteDirective('RewriteRule', '^', '-', `[${flags}]`)

/** Reads what a request is for, and refuses what no engine carries. */
export function requestChecks(): readonly Directive[] {
  return [
    condition('%{THE_REQUEST}', '^[^ ]+ ([^ ]*)'),
    rule('E=zoogate_target:%1'),
    condition('%{REQUEST_METHOD}', '^(?:TRACE|CONNECT)$'),
    rule('R=405'),
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
    // httpd takes the slashes that a path begins with for one, and so would find `/admin` in `//admin`.
    // No route has such a path, so it is compared as another that only the prefix `/` covers.
    condition(TARGET, '^//'),
    rewriteDirective('RewriteRule', '^', '/.'),
  ]
}

/** What an endpoint that is spoken to in HTTP/1.1 must be told. */
export function hostOfNobody(): Directive {
  return directive('RequestHeader', 'set', 'Host', HOST_OF_NOBODY, 'expr=-z %{HTTP_HOST}')
}
