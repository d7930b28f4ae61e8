import { randomBytes, timingSafeEqual } from 'node:crypto'
import { InvalidOptionError } from '../../errors/client-errors.ts'
import { AuthFailedError } from '../../errors/server-errors.ts'
import { ErrorCode } from '../../protocol/error-code.ts'
import type { SaslExchange, SaslMechanism, SaslStep } from '../sasl-mechanism.ts'
import { type Challenge, parseChallenge } from './challenge.ts'
import { computeDigests, type Digests, isLatin1 } from './digests.ts'
import { parseDirectives, quoted } from './directives.ts'

/** ZooKeeper's servers expect just this one, whatever they are called (SecurityUtils.createSaslClient). */
const DIGEST_URI = 'zookeeper/zk-sasl-md5'
/** A nonce is used once here: there is no subsequent authentication. */
const NONCE_COUNT = '00000001'
/** RFC 2831 asks for 64 bits at least. */
const CNONCE_BYTES = 24
/** RFC 2831, 2.1.2: a response must be shorter than this. */
const MAX_RESPONSE_BYTES = 4_096
const NOTHING = Buffer.alloc(0)

/** Who to be for SASL DIGEST-MD5 (RFC 2831), as a server's `DigestLoginModule` knows its users. */
export interface DigestMd5Options {
  readonly mechanism: 'DIGEST-MD5'
  readonly username: string
  readonly password: string
  /** Which of the realms that the server offers. Default: its first one; Apache's servers have one. */
  readonly realm?: string
}

/**
 * The mechanism DIGEST-MD5. The password does not go over the wire, and the server must prove that it knows it too. It is
 * old (RFC 6331 tells its weaknesses): speak it over TLS. Throws an `InvalidOptionError` for a user that cannot be. `makeCnonce` is for tests.
 */
export function digestMd5(
  options: DigestMd5Options,
  makeCnonce = () => randomBytes(CNONCE_BYTES).toString('base64'),
): SaslMechanism {
  const { username, password } = options
  if (typeof username !== 'string' || username === '' || typeof password !== 'string') {
    throw new InvalidOptionError('sasl needs a username and a password for DIGEST-MD5')
  }
  return { name: 'DIGEST-MD5', start: () => exchange(options, makeCnonce) }
}

/** The server speaks first: we open with nothing, answer its challenge, and check its proof. */
function exchange(options: DigestMd5Options, makeCnonce: () => string): SaslExchange {
  let phase: 'opening' | 'answering' | 'checking' = 'opening'
  let expected = ''
  return {
    step(token): SaslStep {
      if (phase === 'opening') {
        phase = 'answering'
        return { response: NOTHING, isComplete: false }
      }
      if (phase === 'checking') {
        checkProof(token, expected)
        return { isComplete: true }
      }
      phase = 'checking'
      const { response, rspauth } = answer(token, options, makeCnonce())
      expected = rspauth
      return { response, isComplete: false }
    },
  }
}

function answer(
  token: Buffer,
  options: DigestMd5Options,
  cnonce: string,
): { response: Buffer; rspauth: string } {
  if (token.length === 0) throw refused('the server offers no SASL authentication')
  const challenge = parseChallenge(token)
  if (!challenge.qops.includes('auth')) {
    throw refused(`the server wants ${challenge.qops.join(' or ')} of DIGEST-MD5, not auth`)
  }
  const { username, password } = options
  const realm = realmOf(challenge, options)
  if (challenge.charset === 'latin1' && !isLatin1(username)) {
    throw refused('the server does not speak UTF-8, which the username needs')
  }
  const { nonce } = challenge
  const digests = computeDigests({
    ...{ username, password, realm, nonce, cnonce, qop: 'auth' },
    ...{ nonceCount: NONCE_COUNT, digestUri: DIGEST_URI },
  })
  const response = printResponse({ username, realm, cnonce }, challenge, digests)
  if (response.length >= MAX_RESPONSE_BYTES) throw refused('the username is too long')
  return { response, rspauth: digests.rspauth }
}

function realmOf({ realms }: Challenge, options: DigestMd5Options): string {
  const realm = options.realm ?? realms[0] ?? ''
  if (realms.length > 0 && !realms.includes(realm)) {
    throw refused(`the server has no realm ${JSON.stringify(realm)}: it has ${realms.join(', ')}`)
  }
  return realm
}

// digest-response => username, realm, nonce, cnonce, nc, qop, digest-uri, response [, charset]      (RFC 2831, 2.1.2)
function printResponse(
  own: { readonly username: string; readonly realm: string; readonly cnonce: string },
  { nonce, charset }: Challenge,
  { response }: Digests,
): Buffer {
  const parts = [
    ...(charset === 'utf8' ? ['charset=utf-8'] : []),
    `username=${quoted(own.username)}`,
    `realm=${quoted(own.realm)}`,
    `nonce=${quoted(nonce)}`,
    `nc=${NONCE_COUNT}`,
    `cnonce=${quoted(own.cnonce)}`,
    `digest-uri=${quoted(DIGEST_URI)}`,
    `response=${response}`,
    'qop=auth',
  ]
  return Buffer.from(parts.join(','), charset)
}

/** A server that does not know the password is not the one that we mean. */
function checkProof(token: Buffer, expected: string): void {
  // A server with `allowSaslFailedClients` says nothing to who has a wrong password, and goes on.
  if (token.length === 0) throw refused('the server does not accept the username and password')
  const proof = parseDirectives(token).find(([name]) => name === 'rspauth')?.[1]
  const given = Buffer.from(proof ?? '', 'latin1')
  if (given.length !== expected.length || !timingSafeEqual(given, Buffer.from(expected))) {
    throw refused('the server did not prove that it knows the password')
  }
}

function refused(message: string): AuthFailedError {
  return new AuthFailedError(ErrorCode.authFailed, message)
}
