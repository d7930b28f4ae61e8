/**
 * Regular expressions (PCRE, over bytes) in the form in which a word of mod_rewrite's can hold them:
 * printable ASCII without quotes and without `$` before a brace. All else is written as `\xhh`.
 */

/** Matches these bytes and no others. */
export function literalPattern(text: string): string {
  return [...Buffer.from(text, 'utf8')].map(literalByte).join('')
}

const PLAIN = /[A-Za-z0-9/_,:;=@&~!-]/

function literalByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return byte < 0x80 && PLAIN.test(character) ? character : `\\x${hex(byte)}`
}

/**
 * A user's own expression, the same in meaning. A character that a word cannot hold is written in hex,
 * together with the backslash before it, which meant the character itself.
 */
export function userPattern(pattern: string): string {
  let printed = ''
  for (let index = 0; index < pattern.length; index++) {
    const escaped = pattern[index] === '\\' && index + 1 < pattern.length
    const at = escaped ? index + 1 : index
    const point = pattern.codePointAt(at) ?? 0
    const character = String.fromCodePoint(point)
    const held = point > 0x20 && point < 0x7f && character !== '"'
    if (!held) {
      const bytes = [...Buffer.from(character, 'utf8')].map((byte) => `\\x${hex(byte)}`)
      printed += bytes.length === 1 ? (bytes[0] ?? '') : `(?:${bytes.join('')})`
    } else if (character === '$' && pattern[at + 1] === '{') printed += escaped ? '\\x24' : '(?:$)'
    else printed += (escaped ? '\\' : '') + character
    index = at + character.length - 1
  }
  return printed
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
