import { ProtocolError } from '../../errors/protocol-error.ts'
import { type Directive, parseDirectives } from './directives.ts'

/** RFC 2831, 2.1.1: a challenge must be shorter than this. */
const MAX_CHALLENGE_BYTES = 2_048

/** A server's digest-challenge (RFC 2831, 2.1.1), as far as authentication without signing needs it. */
export interface Challenge {
  /** Those that the user may be of; none is one without a name. */
  readonly realms: readonly string[]
  readonly nonce: string
  /** What the server would protect: `auth` is nothing but who we are. */
  readonly qops: readonly string[]
  /** How texts become bytes: UTF-8 when the server says so. */
  readonly charset: 'utf8' | 'latin1'
}

/** Reads a challenge. Throws a `ProtocolError` for one that breaks the rules. */
export function parseChallenge(token: Buffer): Challenge {
  if (token.length >= MAX_CHALLENGE_BYTES) throw malformed(`has ${token.length} bytes`)
  const directives = parseDirectives(token)
  const charset = atMostOne(directives, 'charset')
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') {
    throw malformed(`has the charset ${JSON.stringify(charset)}`)
  }
  const encoding = charset === undefined ? 'latin1' : 'utf8'
  const algorithm = atMostOne(directives, 'algorithm')
  if (algorithm?.toLowerCase() !== 'md5-sess') {
    throw malformed(`has the algorithm ${JSON.stringify(algorithm)}, not "md5-sess"`)
  }
  const nonce = atMostOne(directives, 'nonce')
  if (nonce === undefined || nonce === '') throw malformed('has no nonce')
  const qops = (atMostOne(directives, 'qop') ?? 'auth').split(',')
  return {
    realms: valuesOf(directives, 'realm').map((realm) =>
      Buffer.from(realm, 'latin1').toString(encoding),
    ),
    nonce,
    qops: qops.map((qop) => qop.trim().toLowerCase()).filter((qop) => qop !== ''),
    charset: encoding,
  }
}

function valuesOf(directives: readonly Directive[], name: string): string[] {
  return directives.filter(([key]) => key === name).map(([, value]) => value)
}

function atMostOne(directives: readonly Directive[], name: string): string | undefined {
  const values = valuesOf(directives, name)
  if (values.length > 1) throw malformed(`has ${name} ${values.length} times`)
  return values[0]
}

function malformed(problem: string): ProtocolError {
  return new ProtocolError('ZK_MALFORMED', `the DIGEST-MD5 challenge ${problem}`)
}
