import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LineReader, parseAnswer, parseRequest } from '../../src/supervisor/control-protocol.ts'

describe('LineReader', () => {
  it('finds the same lines however the bytes are cut', () => {
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' '))
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.integer({ min: 1, max: 7 })), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''))
        const reader = new LineReader()
        const seen: string[] = []
        for (let from = 0, i = 0; from < bytes.length; i++) {
          const to = from + (cuts[i % Math.max(1, cuts.length)] ?? 3)
          seen.push(...(reader.push(bytes.subarray(from, to)) ?? ['too long']))
          from = to
        }
        expect(seen).toEqual(lines)
      }),
    )
  })

  it('refuses a line without end', () => {
    const reader = new LineReader(10)
    expect(reader.push(Buffer.from('0123456789'))).toEqual([])
    expect(reader.push(Buffer.from('0'))).toBeUndefined()
  })
})

describe('requests and answers', () => {
  it.each(['', 'x', '[]', 'null', '1', '{}', '{"id":1}', '{"id":"1","method":"status"}'])(
    'are not read out of %j',
    (line) => {
      expect(parseRequest(line)).toBeUndefined()
    },
  )

  it('are read whatever else is in them', () => {
    expect(parseRequest('{"id":1,"method":"status","x":2}')).toEqual({
      id: 1,
      method: 'status',
      params: undefined,
    })
    expect(parseAnswer('{"id":1,"result":{"a":1}}')).toEqual({ id: 1, result: { a: 1 } })
    expect(parseAnswer('{"id":1,"error":{"code":"X","message":"m"}}')).toEqual({
      id: 1,
      error: { code: 'X', message: 'm' },
    })
    expect(parseAnswer('{"id":1,"error":"X"}')).toBeUndefined()
  })
})
