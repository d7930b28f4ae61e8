import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../../src/index.ts'
import { parseChallenge } from '../../../src/sasl/digest-md5/challenge.ts'

const parse = (text: string) => parseChallenge(Buffer.from(text, 'utf8'))

describe('a digest-challenge', () => {
  it('is read: the example of RFC 2831', () => {
    const token =
      'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8'
    expect(parse(token)).toEqual({
      realms: ['elwood.innosoft.com'],
      nonce: 'OA6MG9tEQGm2hh',
      qops: ['auth'],
      charset: 'utf8',
    })
  })

  it('may have several realms and qops, or none of them', () => {
    const { realms, qops } = parse(
      'realm="a",nonce="n",realm="b",qop="auth-int, auth",algorithm=md5-sess',
    )
    expect({ realms, qops }).toEqual({ realms: ['a', 'b'], qops: ['auth-int', 'auth'] })
    expect(parse('nonce="n",algorithm=md5-sess')).toEqual({
      realms: [],
      nonce: 'n',
      qops: ['auth'],
      charset: 'latin1',
    })
  })

  it('has its realms in the charset that it names', () => {
    expect(parse('realm="bär",nonce="n",algorithm=md5-sess,charset=utf-8').realms).toEqual(['bär'])
    const latin1 = Buffer.from('realm="bär",nonce="n",algorithm=md5-sess', 'latin1')
    expect(parseChallenge(latin1).realms).toEqual(['bär'])
  })

  it.each([
    ['no nonce', 'algorithm=md5-sess'],
    ['two nonces', 'nonce="a",nonce="b",algorithm=md5-sess'],
    ['an empty nonce', 'nonce="",algorithm=md5-sess'],
    ['no algorithm', 'nonce="a"'],
    ['another algorithm', 'nonce="a",algorithm=sha-256-sess'],
    ['another charset', 'nonce="a",algorithm=md5-sess,charset=utf-16'],
    ['2,048 bytes', `nonce="${'x'.repeat(2_022)}",algorithm=md5-sess`],
    ['no directives', 'GSSAPI'],
  ])('has not %s', (_, token) => {
    expect(() => parse(token)).toThrow(ProtocolError)
  })
})
