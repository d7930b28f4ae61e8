import { isNullable, readRegularExpression } from '../../model/values/regular-expression.ts'
import type { ValueMatch } from '../../model/view/view.ts'
import { encodedSet, encodedText } from './encoded-pattern.ts'
import { printPcre } from './pcre.ts'

/** Patterns (PCRE) for a request's target as the client wrote it, for engines that do not decode it. */

/**
 * Finds a prefix that a path is known to have, in whatever spelling: it is as many segments as the
 * prefix has. Short, however long the prefix is, as each character has several spellings.
 */
export function segmentsPattern(prefix: string): string {
  const segments = prefix.replace(/\/$/, '').split('/').length - 1
  return segments === 0 ? '' : `(?:/[^/]*){${segments}}`
}

/**
 * Looks ahead, from the start of a query, whether the first parameter of that name has the wanted value,
 * percent-decoded: it takes each character in each spelling that it can have. What it reads ends with
 * the text, or with a line feed, which no query has.
 */
export function queryLookahead({ name, type, value }: ValueMatch): string {
  const wantedName = encodedText(name, (code) => isQueryCharacter(code) && code !== 0x3d)
  const wanted =
    type === undefined
      ? { text: encodedText(value, isQueryCharacter), mayBeEmpty: value === '' }
      : encodedExpression(value)
  const others = `(?:(?!${wantedName}(?:[=&\\n]|\\z))[^&\\n]*&)*`
  const pair = `${wantedName}(?:=${wanted.text})${wanted.mayBeEmpty ? '?' : ''}`
  return `(?=${others}${pair}(?:[&\\n]|\\z))`
}

function encodedExpression(value: string) {
  const expression = readRegularExpression(value)
  return {
    text: printPcre(expression, (set) => encodedSet(set, isQueryCharacter)),
    mayBeEmpty: isNullable(expression),
  }
}

/** Which may stand in a parameter as they are. */
function isQueryCharacter(code: number): boolean {
  return code > 0x20 && code < 0x7f && !'%&#'.includes(String.fromCharCode(code))
}
