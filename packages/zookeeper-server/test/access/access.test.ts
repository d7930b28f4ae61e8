import { type Acl, OPEN_ACL_UNSAFE, Perms } from '@zoogate/zookeeper/protocol'
import { describe, expect, it } from 'vitest'
import { allows } from '../../src/access/allows.ts'
import { authenticate } from '../../src/access/authenticate.ts'
import { ipRangeIncludes, isIpRange } from '../../src/access/ip-range.ts'
import { normalizeAcl, withoutHashes } from '../../src/access/normalize-acl.ts'

const ip = { scheme: 'ip', id: '10.1.2.3' }
/** What Apache's DigestAuthenticationProvider makes of u:p. */
const user = { scheme: 'digest', id: 'u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=' }
const acl = (perms: number, scheme: string, id: string): Acl => ({ perms, id: { scheme, id } })
const authentication = { credential: Buffer.from('u:p'), address: ip.id, superDigest: undefined }

describe('authenticate', () => {
  it('makes digests as Apache does', () => {
    expect(authenticate({ ...authentication, scheme: 'digest' })).toEqual([user])
    expect(authenticate({ ...authentication, scheme: 'ip' })).toEqual([ip])
    expect(authenticate({ ...authentication, scheme: 'nosuch' })).toBeUndefined()
  })

  it('knows the superuser by its digest', () => {
    const identities = authenticate({
      scheme: 'digest',
      credential: Buffer.from('super:test'),
      address: ip.id,
      superDigest: 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
    })
    expect(allows([acl(1, 'digest', 'x:y')], Perms.admin, identities ?? [])).toBe(true)
    const ordinary = authenticate({ ...authentication, scheme: 'digest' })
    expect(allows([acl(1, 'digest', 'x:y')], Perms.admin, ordinary ?? [])).toBe(false)
  })
})

describe('allows', () => {
  it('needs one entry with the permission and the identity', () => {
    expect(allows([acl(Perms.read, 'world', 'anyone')], Perms.read, [])).toBe(true)
    expect(allows([acl(Perms.read, 'world', 'anyone')], Perms.write, [ip])).toBe(false)
    expect(allows([acl(Perms.write, 'digest', user.id)], Perms.write, [ip, user])).toBe(true)
    expect(allows([acl(Perms.write, 'digest', 'v:x')], Perms.write, [ip, user])).toBe(false)
    expect(allows([acl(Perms.write, 'ip', '10.0.0.0/8')], Perms.write, [ip])).toBe(true)
    expect(allows([acl(Perms.write, 'ip', '11.0.0.0/8')], Perms.write, [ip])).toBe(false)
  })
})

describe('addresses', () => {
  it('are single or prefixes, of both families', () => {
    for (const good of ['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fe80::/10']) {
      expect(isIpRange(good)).toBe(true)
    }
    for (const bad of ['', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '::/129', 'host']) {
      expect(isIpRange(bad)).toBe(false)
    }
    expect(ipRangeIncludes('fe80::/10', 'fe80::1')).toBe(true)
    expect(ipRangeIncludes('10.0.0.0/8', 'fe80::1')).toBe(false)
    expect(ipRangeIncludes('10.0.0.1', '10.0.0.1')).toBe(true)
  })
})

describe('normalizeAcl', () => {
  it('refuses what says nothing or nothing sensible', () => {
    const bad = [
      [],
      [acl(31, 'foo', 'x')],
      [acl(31, 'world', 'someone')],
      [acl(31, 'digest', 'nocolon')],
      [acl(31, 'ip', 'host')],
      [acl(31, 'auth', '')],
      [acl(31, 'super', '')],
      [...OPEN_ACL_UNSAFE, acl(31, 'foo', 'x')],
    ]
    for (const entries of bad) expect(normalizeAcl(entries, [ip])).toBeUndefined()
  })

  it('replaces auth, and says everything once', () => {
    const entries = [
      acl(31, 'auth', 'ignored'),
      acl(31, 'digest', user.id),
      ...OPEN_ACL_UNSAFE,
      ...OPEN_ACL_UNSAFE,
    ]
    expect(normalizeAcl(entries, [ip, user])).toEqual([
      acl(31, 'digest', user.id),
      ...OPEN_ACL_UNSAFE,
    ])
  })

  it('hides hashes, and nothing else', () => {
    expect(withoutHashes([acl(1, 'digest', 'u:hash'), acl(1, 'ip', '::1')])).toEqual([
      acl(1, 'digest', 'u:x'),
      acl(1, 'ip', '::1'),
    ])
  })
})
