import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../../src/index.ts'
import { parseDirectives, quoted } from '../../../src/sasl/digest-md5/directives.ts'

const parse = (text: string) => parseDirectives(Buffer.from(text, 'latin1'))
const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)),
  maxLength: 100,
})
const name = fc.stringMatching(/^[a-z][a-z-]{0,10}$/)

describe('directives', () => {
  it('are read as RFC 2831 writes them', () => {
    expect(parse('realm="a\\"b\\\\c",nonce="x,=y", Charset=utf-8 ,,\r\n stale = true,')).toEqual([
      ['realm', 'a"b\\c'],
      ['nonce', 'x,=y'],
      ['charset', 'utf-8'],
      ['stale', 'true'],
    ])
    expect(parse('')).toEqual([])
    expect(parse(' , ,')).toEqual([])
  })

  it.each([
    'realm',
    'realm=',
    '=x',
    'realm="x',
    'realm="x\\"',
    'realm="x"y',
    'a=b c=d',
    'a="b"c="d"',
  ])('are not %s', (text) => {
    expect(() => parse(text)).toThrow(ProtocolError)
  })

  it('have a limit', () => {
    expect(() => parse(`a=${'x'.repeat(4_094)}`)).toThrow(
      expect.objectContaining({ code: 'ZK_FRAME_TOO_LONG' }),
    )
    expect(parse(`a=${'x'.repeat(4_093)}`)).toHaveLength(1)
  })

  it('come back from being quoted, whatever they say', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(name, latin1), { maxLength: 10 }), (directives) => {
        const text = directives.map(([key, value]) => `${key}=${quoted(value)}`).join(', ')
        expect(parse(text)).toEqual(directives)
      }),
    )
  })

  it('end with a list or a ProtocolError, and soon, whatever the bytes', () => {
    const parts = fc.constantFrom('realm', '=', '"', '\\', ',', ' ', 'x', '\r\n', '\u00e4')
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 2_000 }), (pieces) => {
        try {
          parse(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
    )
  })
})
