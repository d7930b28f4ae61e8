import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  digestAcl,
  generateDigest,
  InvalidOptionError,
  ipAcl,
  Perms,
  saslAcl,
  worldAcl,
  x509Acl,
} from '../../../src/index.ts'

describe('the makers of ACLs', () => {
  it('hash a password as ZooKeeper does', () => {
    // The superuser of ZooKeeper's own documentation and tests.
    expect(generateDigest('super', 'test')).toBe('super:D/InIHSb7yEEbrWz8b9l71RjZJU=')
    expect(digestAcl('super', 'test')).toEqual({
      perms: Perms.all,
      id: { scheme: 'digest', id: 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=' },
    })
  })

  it('make entries of each scheme', () => {
    expect([
      worldAcl(Perms.read),
      saslAcl('shop', Perms.read | Perms.write),
      x509Acl('CN=shop,O=Example'),
      ipAcl('10.0.0.0/8', Perms.create),
    ]).toEqual([
      { perms: 1, id: { scheme: 'world', id: 'anyone' } },
      { perms: 3, id: { scheme: 'sasl', id: 'shop' } },
      { perms: 31, id: { scheme: 'x509', id: 'CN=shop,O=Example' } },
      { perms: 4, id: { scheme: 'ip', id: '10.0.0.0/8' } },
    ])
  })

  it.each(['10.1.2.3', '10.0.0.0/0', '10.0.0.0/32', '::1', 'fd00::/8', 'fd00::/128'])(
    'take the address %s',
    (address) => {
      expect(ipAcl(address).id.id).toBe(address)
    },
  )

  it.each([
    '',
    'localhost',
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::1/129',
    '10.0.0.0/-1',
    '10.0.0.0/ 8',
  ])('refuse the address "%s"', (address) => {
    expect(() => ipAcl(address)).toThrow(InvalidOptionError)
  })

  it.each([0, 32, -1, 1.5, Number.NaN])('refuse the perms %s', (perms) => {
    expect(() => worldAcl(perms)).toThrow(InvalidOptionError)
  })

  it('refuse a username that a server would take for another one', () => {
    for (const username of ['', 'a:b']) {
      expect(() => digestAcl(username, 'x')).toThrow(InvalidOptionError)
    }
    for (const make of [saslAcl, x509Acl]) expect(() => make('')).toThrow(InvalidOptionError)
  })

  it('give another id to every other user and password', () => {
    const user = fc.string({ minLength: 1 }).filter((name) => !name.includes(':'))
    const pair = fc.tuple(user, fc.string())
    fc.assert(
      fc.property(pair, pair, ([user1, password1], [user2, password2]) => {
        const isSame = user1 === user2 && password1 === password2
        const ids = [generateDigest(user1, password1), generateDigest(user2, password2)]
        expect(ids[0] === ids[1]).toBe(isSame)
      }),
    )
  })
})
