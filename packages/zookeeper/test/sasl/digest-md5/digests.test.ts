import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { computeDigests, type DigestInput } from '../../../src/sasl/digest-md5/digests.ts'

/** The user of both examples of RFC 2831, section 4. */
const chris: DigestInput = {
  username: 'chris',
  realm: 'elwood.innosoft.com',
  password: 'secret',
  nonce: 'OA6MG9tEQGm2hh',
  cnonce: 'OA6MHXh6VqTrRk',
  nonceCount: '00000001',
  qop: 'auth',
  digestUri: 'imap/elwood.innosoft.com',
}

describe('the digests of DIGEST-MD5', () => {
  it('are those of the example with IMAP in RFC 2831', () => {
    expect(computeDigests(chris)).toEqual({
      response: 'd388dad90d4bbd760a152321f2143af7',
      rspauth: 'ea40f60335c427b5527b84dbabcdfffd',
    })
  })

  it('are those of the example with ACAP in RFC 2831', () => {
    const acap = {
      ...chris,
      nonce: 'OA9BSXrbuRhWay',
      cnonce: 'OA9BSuZWMSpW8m',
      digestUri: 'acap/elwood.innosoft.com',
    }
    expect(computeDigests(acap)).toEqual({
      response: '6084c6db3fede7352c551284490fd0fc',
      rspauth: '2f0b3d7c3c2e486600ef710726aa2eae',
    })
  })

  it('take for their bytes ISO 8859-1 where that has the text, and UTF-8 where not', () => {
    for (const [username, encoding] of [
      ['käthe', 'latin1'],
      ['カエ', 'utf8'],
    ] as const) {
      const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest()
      const inner = Buffer.concat([
        Buffer.from(username, encoding),
        Buffer.from(':elwood.innosoft.com:secret'),
      ])
      const a1 = Buffer.concat([md5(inner), Buffer.from(`:${chris.nonce}:${chris.cnonce}`)])
      const a2 = md5(Buffer.from(`AUTHENTICATE:${chris.digestUri}`)).toString('hex')
      const text = `${md5(a1).toString('hex')}:${chris.nonce}:00000001:${chris.cnonce}:auth:${a2}`
      const expected = md5(Buffer.from(text)).toString('hex')
      expect(computeDigests({ ...chris, username }).response).toBe(expected)
    }
  })
})
