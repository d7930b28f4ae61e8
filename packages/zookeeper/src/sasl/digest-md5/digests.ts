import { createHash } from 'node:crypto'

/** What both sides hash (RFC 2831, 2.1.2.1). */
export interface DigestInput {
  readonly username: string
  readonly realm: string
  readonly password: string
  readonly nonce: string
  readonly cnonce: string
  /** How often the client used this nonce, as eight hexadecimal digits. */
  readonly nonceCount: string
  readonly qop: string
  readonly digestUri: string
}

/** What proves that one knows the password: `response` the client, `rspauth` the server. */
export interface Digests {
  readonly response: string
  readonly rspauth: string
}

/** Computes both proofs, each 32 hexadecimal digits. */
export function computeDigests(input: DigestInput): Digests {
  const { nonce, cnonce, nonceCount, qop, digestUri } = input
  const secret = md5(
    Buffer.concat([
      hashedBytes(input.username),
      Buffer.from(':'),
      hashedBytes(input.realm),
      Buffer.from(':'),
      hashedBytes(input.password),
    ]),
  )
  const a1 = md5(Buffer.concat([secret, Buffer.from(`:${nonce}:${cnonce}`, 'latin1')]))
  const proof = (a2: string) => {
    const rest = `${nonce}:${nonceCount}:${cnonce}:${qop}:${md5(Buffer.from(a2)).toString('hex')}`
    return md5(Buffer.from(`${a1.toString('hex')}:${rest}`, 'latin1')).toString('hex')
  }
  return { response: proof(`AUTHENTICATE:${digestUri}`), rspauth: proof(`:${digestUri}`) }
}

function md5(bytes: Buffer): Buffer {
  return createHash('md5').update(bytes).digest()
}

/** RFC 2831, 2.1.2.1: what fits ISO 8859-1 is hashed as such, whatever the charset on the wire; the JDK does the same. */
function hashedBytes(text: string): Buffer {
  return Buffer.from(text, isLatin1(text) ? 'latin1' : 'utf8')
}

/** Whether ISO 8859-1 has all characters of the text. */
export function isLatin1(text: string): boolean {
  return [...text].every((character) => (character.codePointAt(0) ?? 0) <= 0xff)
}
