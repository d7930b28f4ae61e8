import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import {
  type Authority,
  type Certificate,
  createAuthority,
} from '../../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { readCa } from '../../../src/model/secrets/read-ca.ts'
import { readTls } from '../../../src/model/secrets/read-tls.ts'
import { readUsers } from '../../../src/model/secrets/read-users.ts'

const DAY_MS = 86_400_000
/** Certificates hold from when they are made, which is after this is read. */
const now = new Date(Date.now() + 3_600_000)
const later = (days: number) => new Date(now.getTime() + days * DAY_MS)

describe('certificates', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let authority: Authority
  let shop: Certificate
  let other: Certificate

  beforeAll(async () => {
    folder = await temporaryFolder()
    authority = await createAuthority(folder.path, 'Test CA')
    shop = await authority.issue({ commonName: 'shop' })
    other = await authority.issue({ commonName: 'other' })
  })
  afterAll(() => folder?.[Symbol.asyncDispose]())

  const bytesOf = (read: ReturnType<typeof readTls>) => ('bytes' in read ? read.bytes : read)

  it('are taken with their chain and their key, and nothing beside them', () => {
    const chain = `a comment\r\n${shop.cert}\nanother\n${authority.cert}`
    const read = readTls(chain, shop.key, now)
    expect(read).toMatchObject({ bytes: { type: 'TLS' }, warnings: [] })
    expect(bytesOf(read)).toMatchObject({
      chainPem: `${shop.cert.trim()}\n${authority.cert.trim()}\n`,
    })
  })

  it('have the same bytes, whatever form the key is in', () => {
    const sec1 = createPrivateKey(shop.key).export({ type: 'sec1', format: 'pem' }).toString()
    expect(sec1).toContain('BEGIN EC PRIVATE KEY')
    expect(readTls(shop.cert, sec1, now)).toEqual(readTls(shop.cert, shop.key, now))
  })

  it('are refused with another key, and with no key that can be read', () => {
    const issue = (key: string) => readTls(shop.cert, key, now)
    expect(issue(other.key)).toEqual({
      issues: [{ file: 'key', message: 'is not the private key of the first certificate' }],
    })
    expect(issue('hello')).toMatchObject({ issues: [{ file: 'key' }] })
    expect(issue(`${shop.key}${other.key}`)).toMatchObject({
      issues: [{ message: 'holds 2 private keys' }],
    })
    const damaged = damage(shop.key)
    expect(issue(damaged)).toMatchObject({
      issues: [{ message: 'cannot be read: it is damaged' }],
    })
    const { privateKey } = generateKeyPairSync('ed25519')
    for (const format of [
      { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    ] as const) {
      expect(issue(privateKey.export(format).toString())).toMatchObject({
        issues: [{ message: expect.stringMatching(/passphrase.*openssl pkey/) }],
      })
    }
  })

  it('are refused where they are none, are damaged, or have the key among them', () => {
    const message = (text: string) => {
      const read = readTls(text, shop.key, now)
      return 'issues' in read ? read.issues[0]?.message : undefined
    }
    expect(message('')).toContain('holds no certificate')
    expect(message(shop.key + shop.cert)).toContain('holds a private key')
    expect(message(shop.cert + damage(shop.cert))).toBe(
      'certificate 2 of 2 cannot be read: it is damaged',
    )
  })

  it('warn where they do not hold, or will not for long, or are no chain', () => {
    const warnings = (chain: string, at = now) => {
      const read = readTls(chain, shop.key, at)
      return 'warnings' in read ? read.warnings.map(({ message }) => message) : read.issues
    }
    expect(warnings(shop.cert, later(20))).toEqual([
      expect.stringMatching(/^the certificate expires on \d{4}-\d\d-\d\d, in (9|10) days$/),
    ])
    expect(warnings(shop.cert, later(40))).toEqual([expect.stringContaining('expired on')])
    expect(warnings(shop.cert, later(-2))).toEqual([expect.stringContaining('holds only from')])
    expect(warnings(shop.cert + other.cert)).toEqual([
      'certificate 2 did not issue certificate 1: clients may refuse',
    ])
  })

  test('a CA’s', () => {
    expect(readCa(authority.cert, now)).toEqual({
      bytes: { type: 'CA', certificatesPem: authority.cert },
      warnings: [],
    })
    expect(readCa(authority.cert + shop.cert, now)).toMatchObject({
      warnings: [{ file: 'certificates', message: expect.stringContaining('2 of 2 is no CA') }],
    })
    expect(readCa('-----BEGIN X-----\n', now)).toMatchObject({
      issues: [{ file: 'certificates' }],
    })
  })
})

describe('users', () => {
  const sha512 = `$6$saltsalt$${'a'.repeat(86)}`
  const sha256 = `$5$rounds=5000$salt$${'b'.repeat(43)}`
  const bcrypt = `$2y$10$${'c'.repeat(53)}`

  it('are sorted by name', () => {
    const text = `# staff\nzoe:${sha512}\r\n\nada:${sha256}\nbob:${bcrypt}\n`
    expect(readUsers(text)).toEqual({
      bytes: {
        type: 'Users',
        users: [
          { name: 'ada', hash: sha256 },
          { name: 'bob', hash: bcrypt },
          { name: 'zoe', hash: sha512 },
        ],
      },
      warnings: [],
    })
  })

  it.each([
    ['ada:hunter2', /line 1 has no hash.*plain text.*openssl passwd -6/],
    ['hunter2', /line 1 is not name:hash/],
    [`a b:${sha512}`, /line 1 must begin with a name/],
    [`ada:${sha512}\nada:${sha512}`, /line 2 has the name of a line before/],
    [`ada:$2b$10$${'c'.repeat(53)}`, /not \$2y\$/],
    ['ada:$apr1$salt$hunter2', /too weak/],
    ['ada:{SHA}hunter2', /too weak/],
    ['', /holds no users/],
  ])('are refused, and never printed: %j', (text, message) => {
    const read = readUsers(text)
    expect(read).toMatchObject({
      issues: [{ file: 'users', message: expect.stringMatching(message) }],
    })
    expect(JSON.stringify(read)).not.toMatch(/hunter2|aaaa|cccc/)
  })
})

/** Without its first line, which says how long it is and of what. The last one may be part of a signature alone. */
function damage(pem: string): string {
  return pem.replace(/(-----BEGIN [A-Z ]+-----\n)[^\n]+\n/, '$1')
}
