import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** The bits of `Acl.perms`. */
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

/** Everybody may do everything. The default of create. */
export const OPEN_ACL: readonly Acl[] = [
  { perms: Perms.all, id: { scheme: 'world', id: 'anyone' } },
]
/** Everybody may read, nobody may write. */
export const READ_ACL: readonly Acl[] = [
  { perms: Perms.read, id: { scheme: 'world', id: 'anyone' } },
]
/** The identities that the connection has proved (`addAuth`, SASL, x509) may do everything. */
export const CREATOR_ACL: readonly Acl[] = [{ perms: Perms.all, id: { scheme: 'auth', id: '' } }]

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
