/**
 * HAProxy's quoting (configuration manual, section 2.2), which has two levels: a line is split into
 * words, and a word that holds a fetch or a converter has arguments of its own.
 */

/** Characters that mean nothing to HAProxy's line parser, wherever they stand in a word. */
const PLAIN_WORD = /^[A-Za-z0-9_.:,/()%@=+*!{}|[\]<>^~?;&-]+$/
/** Within single quotes nothing has a meaning; only the quote itself cannot be there. */
const STRONG_QUOTABLE = /^[\x20-\x26\x28-\x7e]*$/
const PLAIN_ARGUMENT = /^[A-Za-z0-9_.-]+$/

/**
 * One word of a line, such that HAProxy reads exactly this text.
 * @throws RangeError for a NUL, which no word can hold
 */
export function quoteWord(text: string): string {
  if (PLAIN_WORD.test(text)) return text
  if (STRONG_QUOTABLE.test(text)) return `'${text}'`
  let quoted = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte === 0) throw new RangeError('a word of HAProxy cannot hold a NUL')
    const character = String.fromCharCode(byte)
    if (byte < 0x20 || byte > 0x7e) quoted += `\\x${byte.toString(16).padStart(2, '0')}`
    else quoted += '\\"$'.includes(character) ? `\\${character}` : character
  }
  return `"${quoted}"`
}

/**
 * An argument between the brackets of a fetch or a converter: `req.fhdr(x-version)`. The word that
 * it stands in is quoted once more when it is printed.
 */
export function quoteArgument(text: string): string {
  if (PLAIN_ARGUMENT.test(text)) return text
  return `"${text.replace(/[\\"]/g, (character) => `\\${character}`)}"`
}

/** Text within a log-format string, where `%` begins a variable. */
export function quoteLogFormat(text: string): string {
  return text.replaceAll('%', '%%')
}
