import {
  asciiCodes,
  type CharacterSet,
  hasBeyondAscii,
  NONE,
  single,
} from '../../model/values/character-set.ts'
import { printPcreSet } from './pcre.ts'

/**
 * Patterns (PCRE) for texts that an engine does not decode: they take each character in each spelling that
 * it can have, percent-encoded in either letter case, or as it is where `raw` says that it may stand so.
 */
export function encodedText(text: string, raw: (code: number) => boolean): string {
  return [...Buffer.from(text)]
    .map((byte) =>
      byte < 0x80 ? encodedSet(single(String.fromCharCode(byte)), raw) : encodedByte(byte),
    )
    .join('')
}

/** What one place of an expression takes. */
export function encodedSet(set: CharacterSet, raw: (code: number) => boolean): string {
  const plain = asciiCodes(set)
    .filter(raw)
    .reduce((all, code) => all | single(String.fromCharCode(code)), NONE)
  const asItIs = plain === NONE ? [] : [printPcreSet(plain)]
  const encoded = encodings(set)
  return `(?:${[...asItIs, ...(encoded === '' ? [] : [`%(?:${encoded})`])].join('|')})`
}

/** The two digits of all that it takes: those with the same first one together. */
function encodings(set: CharacterSet): string {
  const codes = asciiCodes(set)
  const firsts = Array.from({ length: 8 }, (_, first) => {
    const seconds = codes.filter((code) => code >> 4 === first).map((code) => code & 0xf)
    return seconds.length === 0 ? [] : [`${first}[${seconds.map(eitherCase).join('')}]`]
  }).flat()
  return [...firsts, ...(hasBeyondAscii(set) ? ['[89A-Fa-f][0-9A-Fa-f]'] : [])].join('|')
}

function encodedByte(byte: number): string {
  const digits = [byte >> 4, byte & 0xf].map((digit) =>
    digit < 10 ? `${digit}` : `[${eitherCase(digit)}]`,
  )
  return `%${digits.join('')}`
}

/** A hexadecimal digit, for a class. */
function eitherCase(digit: number): string {
  const text = digit.toString(16)
  return digit < 10 ? text : `${text}${text.toUpperCase()}`
}
