import { createHash } from 'node:crypto'

/** `user:base64(sha1("user:password"))` of a digest credential (DigestAuthenticationProvider.generateDigest). */
export function digestId(credential: string): string {
  const colon = credential.indexOf(':')
  const user = colon === -1 ? credential : credential.slice(0, colon)
  return `${user}:${createHash('sha1').update(credential).digest('base64')}`
}
