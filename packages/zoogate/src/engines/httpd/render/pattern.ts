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
 * Text for where mod_rewrite expands: a test string or a target. What it would expand, and `{`, behind
 * which httpd looks for a variable of its configuration, is escaped.
 */
export function literalText(text: string): string {
  return text.replace(/[\\$%{]/g, '\\$&')
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
