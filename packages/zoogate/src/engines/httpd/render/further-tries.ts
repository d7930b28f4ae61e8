import { TRY_AGAIN_PATH } from './answers.ts'
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
 *
 * So a `GET` is asked for again, as the other engines do. httpd comes to it by way of the `ErrorDocument` of
 * 502: within httpd that is a request of its own, with the same headers, as the one before has left them, and
 * the variables of that one behind `REDIRECT_`.
 *
 * Not a `HEAD`, which would be sent as `GET` with an answer that is not read. Not where a proxy in front is
 * believed: who is behind it would be looked for anew, in headers that are rewritten. Not on a cached route:
 * what a response is kept by would be that of an error. Such requests end as they do with httpd alone.
 */
const TRIES = 'zoogate_tries'

/**
 * How long each further try waits, in microseconds. The connections of a process that is killed do not end at
 * once: on a busy host the last was seen to end 30 ms after the first. And a balancer may choose the same
 * endpoint again, by an idle connection that is about to end: through 42 kills, under 600 requests a second, that
 * became of 74 among 536 second tries. Through 189 kills 328 of 1,451 needed a third one, and none a fourth.
 */
const WAITS_US = [0, 20_000, 100_000] as const

/**
 * The session of a client is with an endpoint, which the second try asks again, as it may only have closed a kept
 * connection. The later ones take whichever is there: they come without the cookie by which it was found.
 */
const FIRST_WITHOUT_SESSION = 3

/**
 * httpd closes a client's connection without an answer where it is a reverse proxy. So what may be tried again
 * is told to be for a forward proxy, which is the same to a balancer. And a further try that fails is told to be
 * no error's document: else httpd would answer in its own words.
 */
export function tryAgainScript(): string {
  return `
-- Lets a request be tried again whose endpoint breaks off.
local waits = { ${WAITS_US.join(', ')} }
function try_again(request)
  local known, headers = request.subprocess_env, request.headers_in
  if (request.filename or ""):sub(1, 15) ~= "proxy:balancer:" then return end
  local tries = tonumber(known["${TRIES}"] or 0) + 1
  if tries > 1 then
    request.status = 200
    -- No method, whatever the manual says: it takes the number alone.
    if waits[tries - 1] > 0 then pcall(request.usleep, waits[tries - 1]) end
    if tries >= ${FIRST_WITHOUT_SESSION} then leave_session(known, headers) end
  elseif request.method ~= "GET" or known["${VARIABLES.cache}"] or known["${TRUSTED}"]
    or headers["Transfer-Encoding"] or (headers["Content-Length"] or "0") ~= "0" then
    return
  end
  known["${TRIES}"] = tostring(tries)
  request.proxyreq = apache2.PROXYREQ_PROXY
end

-- Takes out the cookie that names the endpoint of the try before.
function leave_session(known, headers)
  local name, route = known["REDIRECT_BALANCER_SESSION_STICKY"], known["REDIRECT_BALANCER_SESSION_ROUTE"]
  if not name or not route or not headers["Cookie"] then return end
  local kept = {}
  for cookie in headers["Cookie"]:gmatch("[^;]+") do
    cookie = cookie:match("^%s*(.-)%s*$")
    if cookie ~= name .. "=" .. route then kept[#kept + 1] = cookie end
  end
  headers["Cookie"] = #kept > 0 and table.concat(kept, "; ") or nil
end
`
}

/** What of the try before the next one needs, and what of the first one its response and its endpoint. */
const CARRIED_ON = [
  ...(['zoogate_destination', 'zoogate_path', 'zoogate_search', 'zoogate_authority'] as const),
  ...([TRIES, VARIABLES.expiry, VARIABLES.compression, PICK] as const),
]

/**
 * What httpd says of a connection on which nothing was answered, behind the port that the answer was waited for at:
 * `Error reading`; nothing, where the request could not be written, or the connection was reset while it was opened;
 * or that TLS could not be agreed on.
 */
const BROKEN =
  '^(?:[0-9]+\\|.*Error reading from remote server|\\|(?:$|.*Error during SSL Handshake with remote server))'

/** Comes before the answers of our own. An answer that is not HTTP is one, so it is not asked for again; nor is one that was waited for too long. */
export function furtherTries(): readonly Directive[] {
  const before = (name: string) => `%{ENV:REDIRECT_${name}}`
  const target = ['destination', 'path', 'search'].map((part) => before(`zoogate_${part}`))
  const carried = CARRIED_ON.map((name) => `E=${name}:${before(name)}`)
  return [
    condition(before(TRIES), `^[1-${WAITS_US.length}]$`),
    condition('$1|%{ENV:REDIRECT_ERROR_NOTES}', BROKEN),
    rewriteDirective(
      'RewriteRule',
      `^${literalPattern(TRY_AGAIN_PATH)}([0-9]*)$`,
      `balancer://${target.join('')}`,
      `[P,NE,UnsafeAllow3F,${carried.join(',')}]`,
    ),
  ]
}
