import { type Acl, OPEN_ACL_UNSAFE, Perms } from '@zoogate/zookeeper/protocol'
import { type Identity, isProved, SUPER_SCHEME } from './identity.ts'
import { isIpRange } from './ip-range.ts'

/**
 * The ACL as it is stored: `auth` becomes the connection's identities, duplicates go. Undefined when it is not valid:
 * empty, of an unknown scheme, or `auth` where nothing was proved (PrepRequestProcessor.fixupACL).
 */
export function normalizeAcl(
  acl: readonly Acl[],
  identities: readonly Identity[],
): readonly Acl[] | undefined {
  if (isOpen(acl)) return OPEN_ACL_UNSAFE
  const result = new Map<string, Acl>()
  const add = (perms: number, id: Identity) =>
    result.set(`${perms} ${id.scheme} ${id.id}`, { perms, id })
  for (const { perms, id } of acl) {
    if (id.scheme === 'auth') {
      const proved = identities.filter(
        (identity) => isProved(identity) && identity.scheme !== SUPER_SCHEME,
      )
      if (proved.length === 0) return undefined
      for (const identity of proved) add(perms, identity)
    } else if (isValid(id)) add(perms, id)
    else return undefined
  }
  return result.size === 0 ? undefined : [...result.values()]
}

/** Almost every node's ACL: one object for all of them. */
export function sharedAcl(acl: readonly Acl[]): readonly Acl[] {
  return isOpen(acl) ? OPEN_ACL_UNSAFE : acl
}

function isOpen(acl: readonly Acl[]): boolean {
  const entry = acl[0]
  return (
    acl.length === 1 &&
    entry?.perms === Perms.all &&
    entry.id.scheme === 'world' &&
    entry.id.id === 'anyone'
  )
}

function isValid({ scheme, id }: Identity): boolean {
  switch (scheme) {
    case 'world':
      return id === 'anyone'
    case 'digest':
      return id.split(':').length === 2
    case 'ip':
      return isIpRange(id)
    default:
      return false
  }
}

/** The ACL as getACL shows it to those without ADMIN: digest ids without their hashes. */
export function withoutHashes(acl: readonly Acl[]): readonly Acl[] {
  return acl.map((entry) =>
    entry.id.scheme === 'digest'
      ? { perms: entry.perms, id: { scheme: 'digest', id: `${entry.id.id.split(':')[0]}:x` } }
      : entry,
  )
}
