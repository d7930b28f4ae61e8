import fc from 'fast-check'

/** They make no character alone. */
const SURROGATES = { first: 0xd800, count: 0x800 }
const LAST = 0x10ffff - SURROGATES.count

/** Any character of Unicode, there and back by its number. */
const anyCharacter = fc.nat({ max: LAST }).map(
  (index) => String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count),
  (character) => {
    const point = typeof character === 'string' ? (character.codePointAt(0) ?? -1) : -1
    if (point < 0 || String.fromCodePoint(point) !== character) throw new Error('no character')
    return point < SURROGATES.first ? point : point - SURROGATES.count
  },
)

/**
 * Any text that is valid. As fast-check's own of the unit `binary`, for which each process makes a table
 * of all characters that there are: a second, and 100 MB.
 */
export function anyText(length: Pick<fc.StringConstraints, 'minLength' | 'maxLength'> = {}) {
  return fc.string({ ...length, unit: anyCharacter })
}
