import { answerPath } from './answers.ts'
import { TRUSTED } from './client-address.ts'
import { type Directive, rewriteDirective } from './directive.ts'
import { literalPattern } from './pattern.ts'
import { PICK } from './picks.ts'
import { condition } from './request-checks.ts'
import { VARIABLES } from './route-settings.ts'

/**
 * Where an endpoint breaks a connection off before it answered (it was killed; or it closed a kept connection
 * in the moment that the request was sent), httpd itself asks no other. It answers 502; or, where the client's
 * connection was kept, it closes that without a word (AH01104), so that the client may send the request again.
 * Seen under load: of 19,835 requests through nine kills, one was lost and one was answered 502.
 *
 * So a `GET` is asked for once more, wherever the balancer then sends it, as the other engines do. httpd comes
 * to it by way of the `ErrorDocument` of 502: within httpd that is a request of its own, with the same headers,
 * as the first has left them, and the variables of the first behind `REDIRECT_`.
 *
 * Not a `HEAD`, which would be sent as `GET` with an answer that is not read. Not where a proxy in front is
 * believed: who is behind it would be looked for anew, in headers that are rewritten. Not on a cached route:
 * what a response is kept by would be that of an error. Such requests end as they do with httpd alone.
 */
const AGAIN = 'zoogate_again'

/**
 * httpd closes a client's connection without an answer where it is a reverse proxy. So what may be tried again
 * is told to be for a forward proxy, which is the same to a balancer. And a second try that fails is told to be
 * no error's document: else httpd would answer in its own words.
 */
export function tryTwiceScript(): string {
  return `
-- Lets a request be tried again whose endpoint breaks off.
function try_twice(request)
  local known, headers = request.subprocess_env, request.headers_in
  if (request.filename or ""):sub(1, 15) ~= "proxy:balancer:" then return end
  if known["REDIRECT_${AGAIN}"] then
    request.status = 200
  elseif request.method ~= "GET" or known["${VARIABLES.cache}"] or known["${TRUSTED}"]
    or headers["Transfer-Encoding"] or (headers["Content-Length"] or "0") ~= "0" then
    return
  else
    known["${AGAIN}"] = "1"
  end
  request.proxyreq = apache2.PROXYREQ_PROXY
end
`
}

/** What of the first request the second one's response needs, and its endpoint is told. */
const CARRIED_ON = ['zoogate_authority', VARIABLES.expiry, VARIABLES.compression, PICK]

/** Comes before the answers of our own. An answer that is not HTTP is one, so it is not asked for again; nor is one that was waited for too long. */
export function secondTry(): readonly Directive[] {
  const first = (name: string) => `%{ENV:REDIRECT_${name}}`
  const target = ['destination', 'path', 'search'].map((part) => first(`zoogate_${part}`))
  const carried = CARRIED_ON.map((name) => `E=${name}:${first(name)}`)
  return [
    condition(first(AGAIN), '^1$'),
    condition('%{ENV:REDIRECT_STATUS}', '^502$'),
    condition('%{ENV:REDIRECT_ERROR_NOTES}', 'Error reading from remote server'),
    rewriteDirective(
      'RewriteRule',
      `^${literalPattern(answerPath(502))}$`,
      `balancer://${target.join('')}`,
      `[P,NE,UnsafeAllow3F,${carried.join(',')}]`,
    ),
  ]
}
