import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AuthFailedError, InvalidOptionError, ZooKeeperError } from '../../../src/index.ts'
import { digestMd5 } from '../../../src/sasl/digest-md5/digest-md5.ts'
import { computeDigests } from '../../../src/sasl/digest-md5/digests.ts'
import { parseDirectives } from '../../../src/sasl/digest-md5/directives.ts'

const NOTHING = Buffer.alloc(0)
const user = { mechanism: 'DIGEST-MD5', username: 'chris', password: 'secret' } as const
const challenge = 'realm="zk-sasl-md5",nonce="abc",charset=utf-8,algorithm=md5-sess'
const server = { host: 'zk1', port: 2181 }

/** Opens an exchange and answers the challenge. */
async function answer(options: Parameters<typeof digestMd5>[0], token: string | Buffer) {
  const exchange = await digestMd5(options, () => 'cn').start(server)
  expect(await exchange.step(NOTHING)).toEqual({ response: NOTHING, isComplete: false })
  const { response = NOTHING, isComplete } = await exchange.step(Buffer.from(token))
  expect(isComplete).toBe(false)
  return { exchange, response }
}

describe('DIGEST-MD5', () => {
  it('answers a challenge, and believes a server that knows the password', async () => {
    const { exchange, response } = await answer(user, challenge)
    const digests = computeDigests({
      ...{
        username: 'chris',
        password: 'secret',
        realm: 'zk-sasl-md5',
        nonce: 'abc',
        cnonce: 'cn',
      },
      ...{ nonceCount: '00000001', qop: 'auth', digestUri: 'zookeeper/zk-sasl-md5' },
    })
    expect(Object.fromEntries(parseDirectives(response))).toEqual({
      ...{ charset: 'utf-8', username: 'chris', realm: 'zk-sasl-md5', nonce: 'abc', cnonce: 'cn' },
      ...{ nc: '00000001', qop: 'auth', 'digest-uri': 'zookeeper/zk-sasl-md5' },
      response: digests.response,
    })
    expect(await exchange.step(Buffer.from(`rspauth=${digests.rspauth}`))).toEqual({
      isComplete: true,
    })
  })

  it.each([
    ['another proof', `rspauth=${'0'.repeat(32)}`],
    ['half a proof', 'rspauth=00'],
    ['no proof', 'maxbuf=1'],
    ['nothing', ''],
  ])('does not believe a server that says %s', async (_, token) => {
    const { exchange } = await answer(user, challenge)
    expect(() => exchange.step(Buffer.from(token))).toThrow(AuthFailedError)
  })

  it('takes a fresh cnonce for each exchange', async () => {
    const cnonces = new Set<string | undefined>()
    const mechanism = digestMd5(user)
    for (let i = 0; i < 20; i++) {
      const exchange = await mechanism.start(server)
      await exchange.step(NOTHING)
      const { response = NOTHING } = await exchange.step(Buffer.from(challenge))
      cnonces.add(Object.fromEntries(parseDirectives(response))['cnonce'])
    }
    expect(cnonces.size).toBe(20)
  })

  it('writes names in the charset of the server, with their quotes escaped', async () => {
    const username = 'kä"the\\'
    const utf8 = await answer({ ...user, username }, challenge)
    expect(utf8.response.includes(Buffer.from('username="kä\\"the\\\\"', 'utf8'))).toBe(true)
    const latin1 = await answer({ ...user, username }, challenge.replace('charset=utf-8,', ''))
    expect(latin1.response.includes(Buffer.from('username="kä\\"the\\\\"', 'latin1'))).toBe(true)
  })

  it('is of the realm that it is told to be of', async () => {
    const realms = `realm="a",realm="b",${challenge.slice(challenge.indexOf('nonce'))}`
    const { response } = await answer({ ...user, realm: 'b' }, realms)
    expect(response.toString()).toContain('realm="b"')
    await expect(answer({ ...user, realm: 'c' }, realms)).rejects.toThrow(AuthFailedError)
  })

  it.each([
    ['offers no SASL', user, ''],
    ['wants to sign', user, `${challenge},qop="auth-int,auth-conf"`],
    [
      'does not know such letters',
      { ...user, username: 'カエ' },
      challenge.replace('charset=utf-8,', ''),
    ],
    ['cannot take such a long name', { ...user, username: 'x'.repeat(4_096) }, challenge],
  ])('is at its end with a server that %s', async (_, options, token) => {
    await expect(answer(options, token)).rejects.toThrow(AuthFailedError)
  })

  it('answers shortly or says why not, whatever the server says', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'realm="a"',
        'nonce="b"',
        'algorithm=md5-sess',
        'charset=utf-8',
        'qop="auth"',
      ),
      fc.string({ maxLength: 20 }),
    )
    const tokens = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.array(word, { maxLength: 8 }).map((words) => Buffer.from(words.join(','))),
    )
    await fc.assert(
      fc.asyncProperty(tokens, tokens, async (token, proof) => {
        try {
          const { exchange, response } = await answer(user, token)
          expect(response.length).toBeLessThan(4_096)
          expect(() => exchange.step(proof)).toThrow(ZooKeeperError)
        } catch (error) {
          expect(error).toBeInstanceOf(ZooKeeperError)
        }
      }),
    )
  })

  it('needs a user', () => {
    expect(() => digestMd5({ ...user, username: '' })).toThrow(InvalidOptionError)
  })
})
