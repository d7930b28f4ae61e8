/** A set of ASCII characters: bit n is the character of code n. Whatever is beyond ASCII is bit 128. */
export type CharacterSet = bigint

export const NONE: CharacterSet = 0n
const ALL: CharacterSet = (1n << 129n) - 1n

export function range(from: number, to: number): CharacterSet {
  return ((1n << BigInt(to - from + 1)) - 1n) << BigInt(from)
}

export function single(character: string): CharacterSet {
  const code = character.charCodeAt(0)
  return range(code, code)
}

export function complement(set: CharacterSet): CharacterSet {
  return ALL & ~set
}

function has(set: CharacterSet, code: number): boolean {
  return overlap(set, range(code, code))
}

/** The codes of the ASCII characters in it, in order. */
export function asciiCodes(set: CharacterSet): readonly number[] {
  return Array.from({ length: 128 }, (_, code) => code).filter((code) => has(set, code))
}

/** Whether it holds what is beyond ASCII: all of that, or none. */
export function hasBeyondAscii(set: CharacterSet): boolean {
  return has(set, 128)
}

export function overlap(one: CharacterSet, other: CharacterSet): boolean {
  return (one & other) !== NONE
}

const DIGITS = range(0x30, 0x39)
const WORD = DIGITS | range(0x41, 0x5a) | range(0x61, 0x7a) | single('_')

/** What `\d`, `\w` and their opposites stand for. */
export const CLASS_ESCAPES: Readonly<Record<string, CharacterSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
}

/** `.`: JavaScript, and PCRE2 by default, let no end of line in; nor is one in a request. */
export const ANY = complement(single('\n') | single('\r'))
