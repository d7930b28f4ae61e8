import { asciiCodes, type CharacterSet, hasBeyondAscii } from '../../model/values/character-set.ts'
import type { RegularExpression } from '../../model/values/regular-expression-parser.ts'

/**
 * Regular expressions of the model as PCRE reads them over bytes (HAProxy, nginx, Apache httpd). They
 * are printed anew from what we read, never passed on: so none can end a group of ours, and each means
 * what it means elsewhere. What is printed are letters, digits, `/ _ - \ ( ? : ) | [ ] * + { , }`: no
 * quote, no `$`, no `^`, no space, nothing beyond ASCII.
 * @param printSet prints what one place takes; a whole, that can be repeated
 * @returns a whole, which can be repeated or followed
 */
export function printPcre(
  expression: RegularExpression,
  printSet: (set: CharacterSet) => string = printPcreSet,
): string {
  const print = (part: RegularExpression) => printPcre(part, printSet)
  switch (expression.type) {
    case 'characters':
      return printSet(expression.set)
    case 'sequence': {
      const [only, ...more] = expression.of.map(print)
      return only !== undefined && more.length === 0 ? only : `(?:${[only, ...more].join('')})`
    }
    case 'choice':
      return `(?:${expression.of.map(print).join('|')})`
    case 'repeat':
      return `(?:${print(expression.of)}${times(expression.min, expression.max)})`
  }
}

function times(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`
  if (min === max) return `{${min}}`
  return min === 0 && max === 1 ? '?' : `{${min},${max}}`
}

/** Of what is beyond ASCII it takes a byte: PCRE puts no characters together unless it is told to. */
export function printPcreSet(set: CharacterSet): string {
  const codes = asciiCodes(set)
  const [only] = codes
  if (!hasBeyondAscii(set)) {
    if (only === undefined) return '(?!)'
    if (codes.length === 1) return printCode(only)
  }
  return `[${ranges(codes)}${hasBeyondAscii(set) ? String.raw`\x80-\xff` : ''}]`
}

function ranges(codes: readonly number[]): string {
  let text = ''
  for (let at = 0; at < codes.length; at++) {
    const first = codes[at] ?? 0
    while (codes[at + 1] === (codes[at] ?? 0) + 1) at++
    const last = codes[at] ?? 0
    text += first === last ? printCode(first) : `${printCode(first)}-${printCode(last)}`
  }
  return text
}

function printCode(code: number): string {
  const character = String.fromCharCode(code)
  return /[A-Za-z0-9/_]/.test(character) ? character : `\\x${code.toString(16).padStart(2, '0')}`
}
