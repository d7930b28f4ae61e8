/** Longest Cookie header that is searched; a longer one has no session of ours. */
const COOKIE_CHARACTERS_MAX = 16 * 1024

/** An endpoint's id needs no quoting in a cookie (RFC 6265 §4.1.1): `[A-Za-z0-9._-]`. */
const ENDPOINT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

/**
 * The endpoint's id that a client's cookie names, or undefined. The value is the client's word: it
 * counts only when it names an endpoint of the pool that may take the request.
 */
export function sessionEndpointId(
  cookieHeader: string | undefined,
  cookieName: string,
): string | undefined {
  if (cookieHeader === undefined || cookieHeader.length > COOKIE_CHARACTERS_MAX) return undefined
  for (const pair of cookieHeader.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.slice(0, equals).trim() !== cookieName) continue
    const value = pair.slice(equals + 1).trim()
    if (ENDPOINT_ID.test(value)) return value
  }
  return undefined
}

/** The `Set-Cookie` that binds a client to an endpoint for its browser's session. */
export function sessionCookie(cookieName: string, endpointId: string): string {
  return `${cookieName}=${endpointId}; Path=/; HttpOnly`
}
