import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** The bits of `Acl.perms` (ZooDefs.Perms): `Perms.read | Perms.write`. */
export const Perms = { read: 1, write: 2, create: 4, delete: 8, admin: 16, all: 31 } as const

/** Who: `world:anyone`, `auth:`, `digest:user:hash`, `ip:10.0.0.0/8`, `x509:CN=client`, `sasl:name`. */
export interface AclId {
  readonly scheme: string
  readonly id: string
}

/** What one identity may do with one znode. ACLs are not inherited; DELETE is checked on the parent. */
export interface Acl {
  /** A sum of `Perms`. */
  readonly perms: number
  readonly id: AclId
}

/** Everybody (ZooDefs.Ids). */
export const ANYONE_ID_UNSAFE: AclId = { scheme: 'world', id: 'anyone' }
/** Every identity that the connection which writes the ACL has proved; the server puts them in its place (ZooDefs.Ids). */
export const AUTH_IDS: AclId = { scheme: 'auth', id: '' }

/** Everybody may do everything. The default of create. */
export const OPEN_ACL_UNSAFE: readonly Acl[] = [{ perms: Perms.all, id: ANYONE_ID_UNSAFE }]
/** Everybody may read, nobody may write. */
export const READ_ACL_UNSAFE: readonly Acl[] = [{ perms: Perms.read, id: ANYONE_ID_UNSAFE }]
/** The identities that the connection has proved (`auth`, SASL, x509) may do everything, and nobody else anything. */
export const CREATOR_ALL_ACL: readonly Acl[] = [{ perms: Perms.all, id: AUTH_IDS }]

// ACL => int perms, Id
// Id  => ustring scheme, ustring id

export function encodeAcl(writer: JuteWriter, acl: Acl): void {
  writer.writeInt32(acl.perms).writeString(acl.id.scheme).writeString(acl.id.id)
}

export function decodeAcl(reader: JuteReader): Acl {
  return {
    perms: reader.readInt32(),
    id: { scheme: reader.readString(), id: reader.readString() },
  }
}
