import { type CharacterSet, NONE, overlap, single } from './character-set.ts'
import { parseRegularExpression, type RegularExpression } from './regular-expression-parser.ts'

/** Characters of an expression. */
const EXPRESSION_CHARACTERS_MAX = 512
/** Atoms, repetitions written out: what a compiled expression holds. */
const EXPANDED_MAX = 2000
/** An endless repetition that the character behind it does not end counts as so many ways. */
const ENDLESS_WAYS = 1000
/** So many ways an engine may have to try before it knows that a value does not match. */
const WAYS_MAX = ENDLESS_WAYS ** 2

/**
 * The regular expressions of the model: what PCRE2 (HAProxy, nginx, Apache httpd) and JavaScript
 * read alike, and none of them needs long for. Printable ASCII; `.`, classes, `\d \w \D \W`, escaped
 * punctuation, groups, `|`, `* + ?` and `{n,m}`. The whole value must match, so that `^` in front and
 * `$` at the end are allowed and say nothing.
 * @param begin the character that every value begins with, where there is one
 * @returns what is wrong with it: `has a "(" without its ")"`. Undefined: nothing
 */
export function regularExpressionProblem(text: string, begin?: string): string | undefined {
  if (text.length > EXPRESSION_CHARACTERS_MAX) {
    return `is longer than ${EXPRESSION_CHARACTERS_MAX} characters`
  }
  const parsed = parseRegularExpression(regularExpressionSource(text))
  if ('problem' in parsed) return parsed.problem
  const { expression } = parsed
  if (sizeOf(expression) > EXPANDED_MAX) {
    return `repeats too much: written out it would have more than ${EXPANDED_MAX} parts`
  }
  if (begin !== undefined && !overlap(firstOf(expression), single(begin))) {
    return `can never match: what it is matched with begins with "${begin}"`
  }
  return waysOf(expression, NONE) > WAYS_MAX
    ? 'can match in too many ways, so that some requests would take long: what follows a repetition must tell where it ends, as in "(/[^/]+)*" and not in "(a+)+"'
    : undefined
}

/**
 * Reads an expression of a view, for printing it in an engine's own form.
 * @throws TypeError for one that `regularExpressionProblem` finds something wrong with
 */
export function readRegularExpression(text: string): RegularExpression {
  const parsed = parseRegularExpression(regularExpressionSource(text))
  if ('problem' in parsed) throw new TypeError(`a regular expression ${parsed.problem}`)
  return parsed.expression
}

/** The expression without the anchors around it, which say nothing. */
export function regularExpressionSource(text: string): string {
  const open = text.startsWith('^') ? text.slice(1) : text
  return /(^|[^\\])(\\\\)*\$$/.test(open) ? open.slice(0, -1) : open
}

function sizeOf(expression: RegularExpression): number {
  switch (expression.type) {
    case 'characters':
      return 1
    case 'repeat': {
      const { max, min, of } = expression
      return sizeOf(of) * (Number.isFinite(max) ? Math.max(1, max) : min + 1)
    }
    default:
      return expression.of.reduce((sum, part) => sum + sizeOf(part), 1)
  }
}

/** Whether it can match nothing at all. */
export function isNullable(expression: RegularExpression): boolean {
  switch (expression.type) {
    case 'characters':
      return false
    case 'repeat':
      return expression.min === 0 || isNullable(expression.of)
    case 'sequence':
      return expression.of.every(isNullable)
    case 'choice':
      return expression.of.some(isNullable)
  }
}

/** The characters that a match can begin with. */
function firstOf(expression: RegularExpression): CharacterSet {
  switch (expression.type) {
    case 'characters':
      return expression.set
    case 'repeat':
      return expression.max === 0 ? NONE : firstOf(expression.of)
    case 'choice':
      return expression.of.reduce((set, part) => set | firstOf(part), NONE)
    case 'sequence': {
      let set = NONE
      for (const part of expression.of) {
        set |= firstOf(part)
        if (!isNullable(part)) break
      }
      return set
    }
  }
}

/**
 * An upper bound of the ways in which one text can be read by an expression. It is 1 where at each
 * place the next character alone tells how to go on: an engine then never goes back.
 * @param follow the characters that can come behind it
 */
function waysOf(expression: RegularExpression, follow: CharacterSet): number {
  switch (expression.type) {
    case 'characters':
      return 1
    case 'sequence':
      return waysOfSequence(expression.of, follow)
    case 'choice': {
      const firsts = expression.of.map((part) => startOf(part, follow))
      const apart = firsts.every((set, index) =>
        firsts.slice(0, index).every((before) => !overlap(before, set)),
      )
      const most = Math.max(...expression.of.map((part) => waysOf(part, follow)))
      return apart ? most : most * expression.of.length
    }
    case 'repeat': {
      const { of, min, max } = expression
      const first = firstOf(of)
      const once = waysOf(of, max > 1 ? follow | first : follow)
      const counts = Number.isFinite(max) ? max - min + 1 : ENDLESS_WAYS
      const ends = min === max || !overlap(first, follow) ? 1 : counts
      // What can match nothing could do so any number of times.
      const empty = max > 1 && isNullable(of) ? Number.POSITIVE_INFINITY : 1
      return ends * empty * (once === 1 ? 1 : once ** max)
    }
  }
}

function waysOfSequence(parts: readonly RegularExpression[], follow: CharacterSet): number {
  let behind = follow
  let ways = 1
  for (const part of [...parts].reverse()) {
    ways *= waysOf(part, behind)
    behind = startOf(part, behind)
  }
  return ways
}

/** What can come first, from an expression on. */
function startOf(expression: RegularExpression, follow: CharacterSet): CharacterSet {
  return firstOf(expression) | (isNullable(expression) ? follow : NONE)
}
