import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatFieldPath, parseFieldPath } from '../../src/model/field-path.ts'

describe('field paths', () => {
  it('are written as people write them', () => {
    expect(formatFieldPath(['spec', 'rules', 0, 'matches', 1, 'method'])).toBe(
      'spec.rules[0].matches[1].method',
    )
    expect(formatFieldPath(['metadata', 'labels', 'a.b/c'])).toBe('metadata.labels["a.b/c"]')
    expect(formatFieldPath([])).toBe('')
  })

  it('are read back', () => {
    const step = fc.oneof(fc.nat(1000), fc.string({ minLength: 1, maxLength: 60 }))
    fc.assert(
      fc.property(fc.array(step), (path) => {
        expect(parseFieldPath(formatFieldPath(path))).toEqual(path)
      }),
    )
  })

  it('end where a text is none', () => {
    expect(parseFieldPath('spec.rules[0] and more')).toEqual(['spec', 'rules', 0])
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseFieldPath(text))))
  })
})
