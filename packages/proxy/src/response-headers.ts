import { connectionNamed, isHopByHop, lowerCaseName } from './hop-by-hop.ts'

export interface ResponseHeadersInput {
  /** As the endpoint sent them: name, value, name, value. */
  readonly rawHeaders: readonly string[]
  /** Our own `Set-Cookie`, where the client is to stay with its endpoint. */
  readonly sessionCookie?: string | undefined
  /** What happens to the client's connection after this response. */
  readonly connection: 'keep' | 'close'
}

/** The headers of a response as they go to the client, in the endpoint's order. */
export function forwardedResponseHeaders(input: ResponseHeadersInput): string[] {
  const { rawHeaders } = input
  const named = connectionNamed(rawHeaders)
  const headers: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    const lower = lowerCaseName(name)
    if (isHopByHop(lower) || named?.has(lower) === true) continue
    headers.push(name, rawHeaders[i + 1] ?? '')
  }
  if (input.sessionCookie !== undefined) headers.push('set-cookie', input.sessionCookie)
  if (input.connection === 'close') headers.push('connection', 'close')
  return headers
}
