import { complement, single } from '../../model/character-set.ts'
import { isNullable, readRegularExpression } from '../../model/regular-expression.ts'
import type { Route, ValueMatch } from '../../model/view.ts'
import { printPcre, printPcreSet } from '../shared/pcre.ts'
import { encodedSet, encodedText } from './query-encoding.ts'

const NOT_LINE_FEED = complement(single('\n'))

/** What a route asks for beside its place in the tree of hosts and paths, as a `map`. */
export interface Condition {
  readonly source: string
  readonly pattern: string
}

type Conditions = Pick<Route, 'method' | 'headers' | 'query' | 'path'>

/** Whether it asks for more than a host and an exact path or a prefix. */
export function isConditional(route: Conditions): boolean {
  return (
    route.method !== undefined ||
    route.headers.length > 0 ||
    (route.query ?? []).length > 0 ||
    route.path.type === 'RegularExpression'
  )
}

/**
 * One text of all that is asked for, a line each, and a regular expression that only a wanted text
 * meets: letter case counts, which it does not in a map's plain keys. Neither a method nor a header
 * nor a query can hold a line feed, and no pattern for one takes one. A decoded path can; so it is
 * the last line. Of a header that is sent twice nginx 1.22 sees the first.
 */
export function routeCondition({ method, headers, query = [], path }: Conditions): Condition {
  const lines = [
    ...(method === undefined
      ? []
      : [{ variable: '$request_method', pattern: literalPattern(method) }]),
    ...headers.map((header) => ({
      variable: headerVariable(header.name),
      pattern: headerPattern(header),
    })),
    ...(query.length === 0
      ? []
      : [{ variable: '$args', pattern: `${query.map(queryLookahead).join('')}[^\\n]*` }]),
    ...(path.type === 'RegularExpression'
      ? [{ variable: '$uri', pattern: printPcre(readRegularExpression(path.value)) }]
      : []),
  ]
  return {
    source: lines.map(({ variable }) => variable).join('\n'),
    pattern: `~^${lines.map(({ pattern }) => pattern).join('\n')}\\z`,
  }
}

/** What a client sent in a header. */
export function headerVariable(name: string): string {
  return `$http_${name.toLowerCase().replaceAll('-', '_')}`
}

/** A regular expression (PCRE) that matches this text and no other. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** One that matches each spelling of a path that decodes to this text. */
export function spellingsPattern(text: string): string {
  return encodedText(text, isPathCharacter)
}

function headerPattern({ type, value }: ValueMatch): string {
  if (type === undefined) return literalPattern(value)
  return printPcre(readRegularExpression(value), (set) => printPcreSet(set & NOT_LINE_FEED))
}

/**
 * Looks ahead whether the first parameter of that name has the wanted value, percent-decoded. nginx
 * does not decode a query; so the pattern takes each character in each spelling that it can have.
 */
function queryLookahead({ name, type, value }: ValueMatch): string {
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

/** Which may stand in a path as they are: `request-checks.ts` has refused all others. */
function isPathCharacter(code: number): boolean {
  return code > 0x20 && code < 0x7f && !'%?#'.includes(String.fromCharCode(code))
}

/** Which may stand in a parameter as they are. */
function isQueryCharacter(code: number): boolean {
  return code > 0x20 && code < 0x7f && !'%&#'.includes(String.fromCharCode(code))
}
