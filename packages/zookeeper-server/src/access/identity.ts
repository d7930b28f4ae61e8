import type { AclId } from '@zoogate/zookeeper/protocol'

/** Somebody whom a connection has proved to be: `ip` and an address, or what an `auth` request said. */
export type Identity = AclId

/** Holds every permission on every node (DigestAuthenticationProvider.superDigest). */
export const SUPER_SCHEME = 'super'

/** Whether the identity may stand for `auth` in an ACL. An address is not something that the client proved. */
export function isProved(identity: Identity): boolean {
  return identity.scheme !== 'ip'
}

/** The part that whoAmI shows: a digest's user without its hash. */
export function shownUser(identity: Identity): string {
  if (identity.scheme !== 'digest') return identity.id
  const colon = identity.id.indexOf(':')
  return colon === -1 ? identity.id : identity.id.slice(0, colon)
}
