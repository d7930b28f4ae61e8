import type { Acl } from '@zoogate/zookeeper/protocol'
import { type Identity, SUPER_SCHEME } from './identity.ts'
import { ipRangeIncludes } from './ip-range.ts'

/** Whether an ACL gives any of the permissions `perms` to any of the identities (ZooKeeperServer.checkACL). */
export function allows(
  acl: readonly Acl[],
  perms: number,
  identities: readonly Identity[],
): boolean {
  for (const entry of acl) {
    if ((entry.perms & perms) !== 0 && entry.id.scheme === 'world') return true
  }
  if (identities.some((identity) => identity.scheme === SUPER_SCHEME)) return true
  return acl.some(
    (entry) =>
      (entry.perms & perms) !== 0 && identities.some((identity) => matches(entry, identity)),
  )
}

function matches({ id: wanted }: Acl, identity: Identity): boolean {
  if (wanted.scheme !== identity.scheme) return false
  return wanted.scheme === 'ip'
    ? ipRangeIncludes(wanted.id, identity.id)
    : wanted.id === identity.id
}
