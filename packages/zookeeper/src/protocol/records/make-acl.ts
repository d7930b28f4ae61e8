import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import { InvalidOptionError } from '../../errors/client-errors.ts'
import { type Acl, ANYONE_ID_UNSAFE, Perms } from './acl.ts'

/** An entry for everybody, who has proved nothing. */
export function worldAcl(perms: number): Acl {
  return entry(perms, ANYONE_ID_UNSAFE.scheme, ANYONE_ID_UNSAFE.id)
}

/** An entry for who says `auth` with the scheme `digest` and "username:password" (kazoo's make_digest_acl). */
export function digestAcl(username: string, password: string, perms: number = Perms.all): Acl {
  return entry(perms, 'digest', generateDigest(username, password))
}

/**
 * The id of a user in the scheme `digest`: `user:base64(sha1("user:password"))` (DigestAuthenticationProvider.generateDigest). Its hash
 * has no salt: who can read it can look for the password at leisure. Throws an `InvalidOptionError` for a username that is empty or has a colon.
 */
export function generateDigest(username: string, password: string): string {
  if (username === '' || username.includes(':')) {
    throw new InvalidOptionError('the username of a digest must not be empty, nor have a colon')
  }
  const hash = createHash('sha1').update(`${username}:${password}`).digest('base64')
  return `${username}:${hash}`
}

/**
 * An entry for connections from an address, or from a block of them: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. Throws an
 * `InvalidOptionError` for anything else. The address is the one that the server sees: behind a proxy that of the proxy. Apache
 * ZooKeeper 3.8.0 takes IPv4 only, and refuses others with an `InvalidACLError`.
 */
export function ipAcl(address: string, perms: number = Perms.all): Acl {
  const [host = '', bits, ...rest] = address.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(host)] ?? -1
  const isBlock = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
  if (most === -1 || !isBlock || rest.length > 0) {
    throw new InvalidOptionError(`${JSON.stringify(address)} is not an address, or address/bits`)
  }
  return entry(perms, 'ip', address)
}

/** An entry for who shows a certificate with this subject, in the order of RFC 2253: `CN=shop,OU=web,O=Example`. */
export function x509Acl(subject: string, perms: number = Perms.all): Acl {
  return entry(perms, 'x509', subject)
}

/** An entry for a user of SASL: with DIGEST-MD5 the username, with Kerberos the principal in the server's short form. */
export function saslAcl(user: string, perms: number = Perms.all): Acl {
  return entry(perms, 'sasl', user)
}

function entry(perms: number, scheme: string, id: string): Acl {
  if (!Number.isInteger(perms) || perms < 1 || perms > Perms.all) {
    throw new InvalidOptionError(`perms must be a sum of Perms, from 1 to 31, not ${perms}`)
  }
  if (id === '') throw new InvalidOptionError(`an ACL of the scheme ${scheme} needs an id`)
  return { perms, id: { scheme, id } }
}
