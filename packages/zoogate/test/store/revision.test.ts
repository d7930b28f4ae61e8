import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeHead,
  decodeRevision,
  encodeRevision,
  RESOURCES_MAX,
  type Revision,
} from '../../src/store/revision.ts'

const corrupt = expect.objectContaining({ code: 'STORE_CORRUPT' })
const revision: Revision = {
  v: 1,
  id: 'r',
  parent: 0,
  author: 'me',
  message: '',
  createdAt: '2026-11-21T00:00:00.000Z',
  resources: { 'Service/shop': 'a'.repeat(64) },
  secrets: {},
}

describe('revisions', () => {
  it('come back as they went', () => {
    expect(decodeRevision(encodeRevision(revision), '/r')).toEqual(revision)
  })

  it('may have fields of a later version', () => {
    const data = Buffer.from(JSON.stringify({ ...revision, later: true }))
    expect(decodeRevision(data, '/r')).toMatchObject(revision)
  })

  it('are refused where they are none', () => {
    for (const data of [null, Buffer.from('{'), Buffer.from('[]'), Buffer.from('{"v":2}')]) {
      expect(() => decodeRevision(data, '/r')).toThrow(corrupt)
    }
  })

  it('have a bound on what they hold', () => {
    const named = (count: number, name: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}${i}`, 'a'.repeat(64)]))
    const tooLarge = expect.objectContaining({ code: 'STORE_TOO_LARGE' })
    expect(() => encodeRevision({ ...revision, resources: named(RESOURCES_MAX + 1, 'a') })).toThrow(
      tooLarge,
    )
    expect(() =>
      encodeRevision({ ...revision, resources: named(RESOURCES_MAX, 'a'.repeat(90)) }),
    ).toThrow(tooLarge)
  })
})

it('the head is a number and nothing else', () => {
  expect(decodeHead(Buffer.from('17'), '/head')).toBe(17)
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/^(0|[1-9][0-9]{0,9})$/.test(text)),
      (text) => {
        expect(() => decodeHead(Buffer.from(text), '/head')).toThrow(corrupt)
      },
    ),
  )
})
