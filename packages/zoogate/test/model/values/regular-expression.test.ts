import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../../test/support/any-text.ts'
import {
  regularExpressionProblem as problemOf,
  regularExpressionSource as sourceOf,
} from '../../../src/model/values/regular-expression.ts'

describe('expressions that every engine reads alike', () => {
  it.each([
    '/api/v[0-9]+/users',
    '^/api$',
    '/[a-z]{2}(-[A-Z]{2})?/.*',
    '/(foo|bar|)/x',
    '(/[^/]+)*',
    '(/[^/]+)+/?',
    '([0-9]{1,3}\\.){3}[0-9]{1,3}',
    '/.*\\.(?:jpe?g|png)',
    '/\\d+\\w*\\D\\W',
    '[-a\\]\\[.^$]+',
    '[^-]',
    'a.*?b',
    'a\\$',
    'x y',
    '',
  ])('%s', (text) => {
    expect(problemOf(text)).toBeUndefined()
    expect(() => new RegExp(`^(?:${sourceOf(text)})$`)).not.toThrow()
  })

  it('are not asked for anchors', () => {
    expect(sourceOf('^/a$')).toBe('/a')
    expect(sourceOf('/a\\$')).toBe('/a\\$')
    expect(sourceOf('/a\\\\$')).toBe('/a\\\\')
    expect(sourceOf('$')).toBe('')
  })
})

const GROUPS =
  'has "(?": of groups only "(…)" and "(?:…)" are carried by every engine, no look-around, no names, no flags'
const SLOW =
  'can match in too many ways, so that some requests would take long: what follows a repetition must tell where it ends, as in "(/[^/]+)*" and not in "(a+)+"'

describe('expressions that are refused', () => {
  it.each([
    ['(a', 'has a "(" without its ")"'],
    ['a)', 'has a ")" without its "("'],
    ['[a', 'has a "[" without its "]"'],
    ['[]', 'has a class of no characters'],
    ['[^]', 'has a class of no characters'],
    ['[[:alpha:]]', 'has "[" within a class (write "\\[" for the character)'],
    ['[z-a]', 'has a range that ends before it begins'],
    ['[\\d-z]', 'has a range that does not lie between two characters'],
    ['a]', 'has "]" alone (write "\\]" for the character)'],
    ['a}', 'has "}" alone (write "\\}" for the character)'],
    ['*a', 'has "*" with nothing before it to repeat'],
    ['a|+', 'has "+" with nothing before it to repeat'],
    ['a**', 'has a repetition of a repetition: put a group around it'],
    ['a++', 'has a possessive repetition, which JavaScript does not know'],
    [
      'a{2',
      'has "{" that is no repetition such as "{2}" or "{1,3}" (write "\\{" for the character)',
    ],
    [
      'a{,2}',
      'has "{" that is no repetition such as "{2}" or "{1,3}" (write "\\{" for the character)',
    ],
    ['a{3,2}', 'has "{3,2}", which ends before it begins'],
    ['a{256}', 'has "{256}": at most 255 repetitions are counted'],
    [
      'a^b',
      'has "^", which is not needed, since the whole value must match (write "\\^" for the character)',
    ],
    [
      'a$|b',
      'has "$", which is not needed, since the whole value must match (write "\\$" for the character)',
    ],
    ['(?=a)', GROUPS],
    ['(?<!a)b', GROUPS],
    ['(?<name>a)', GROUPS],
    ['(?i)a', GROUPS],
    ['(?>a)', GROUPS],
    ['(a)\\1', 'has the back-reference "\\1", which makes matching slow'],
    ['\\bfoo', 'has "\\b": of letters only \\d, \\w, \\D and \\W are read alike by every engine'],
    ['\\s', 'has "\\s": of letters only \\d, \\w, \\D and \\W are read alike by every engine'],
    ['\\p{L}', 'has "\\p": of letters only \\d, \\w, \\D and \\W are read alike by every engine'],
    ['a\\', 'ends in a backslash'],
    ['ä', 'has a character that is not printable ASCII'],
    ['a\nb', 'has a character that is not printable ASCII'],
    ['a'.repeat(513), 'is longer than 512 characters'],
    ['('.repeat(11) + ')'.repeat(11), 'has groups more than 10 deep'],
    ['((a{100}){100}){2}', 'repeats too much: written out it would have more than 2000 parts'],
    ['(a+)+', SLOW],
    ['(a|a)*', SLOW],
    ['(a|ab)*c', SLOW],
    ['(a*)*', SLOW],
    ['(a?){30}b', SLOW],
    ['.*a.*b.*c', SLOW],
    [`${'a?'.repeat(30)}${'a'.repeat(30)}`, SLOW],
  ])('%s', (text, problem) => {
    expect(problemOf(text)).toBe(problem)
  })

  it('are those that no path can match', () => {
    expect(problemOf('api/.*', '/')).toBe(
      'can never match: what it is matched with begins with "/"',
    )
    expect(problemOf('(api)?/.*', '/')).toBeUndefined()
    expect(problemOf('.*', '/')).toBeUndefined()
  })
})

/** An expression, and texts that it must match. */
interface Sample {
  readonly text: string
  readonly matches: readonly string[]
}

const character: fc.Arbitrary<Sample> = fc.constantFrom(...'abc/x01').map((text) => ({
  text,
  matches: [text],
}))
const special: fc.Arbitrary<Sample> = fc.constantFrom(
  { text: '.', matches: ['z', ' ', '-'] },
  { text: '\\.', matches: ['.'] },
  { text: '[a-f]', matches: ['a', 'd', 'f'] },
  { text: '[^/]', matches: ['a', '.'] },
  { text: '[\\]\\-x]', matches: [']', '-', 'x'] },
  { text: '\\d', matches: ['0', '9'] },
  { text: '\\W', matches: ['-', ' '] },
)

const { expression } = fc.letrec<{ expression: Sample }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    character,
    special,
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => ({
      text: one.text + other.text,
      matches: one.matches.flatMap((a) => other.matches.map((b) => a + b)).slice(0, 4),
    })),
    fc.tuple(tie('expression'), tie('expression')).map(([one, other]) => ({
      text: `(${one.text}|${other.text})`,
      matches: [...one.matches, ...other.matches].slice(0, 4),
    })),
    fc
      .tuple(tie('expression'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '*?'))
      .map(([{ text, matches }, quantifier]) => ({
        text: `(?:${text})${quantifier}`,
        matches: matches.flatMap((one) =>
          ['?', '{1,3}', '+', '*', '*?'].includes(quantifier) ? [one] : [one + one],
        ),
      })),
  ),
}))

describe('the dialect and JavaScript', () => {
  it('agree on what is an expression, and on what it matches', () => {
    fc.assert(
      fc.property(expression, ({ text, matches }) => {
        // Refused it may only be for what it would cost.
        expect([undefined, SLOW]).toContain(problemOf(text))
        const compiled = new RegExp(`^(?:${text})$`)
        for (const match of matches) expect(compiled.test(match)).toBe(true)
      }),
    )
  })

  it('agree on any text: what is accepted compiles', () => {
    const text = fc
      .array(fc.constantFrom(...'ab/01.*+?{},()[]|^$\\-:=!<dwsDWb '), { maxLength: 12 })
      .map((characters) => characters.join(''))
    fc.assert(
      fc.property(text, (written) => {
        if (problemOf(written) === undefined) {
          expect(() => new RegExp(`^(?:${sourceOf(written)})$`)).not.toThrow()
        }
      }),
      { numRuns: 5000 },
    )
  })

  it('lets no expression through that takes JavaScript long to refuse a text', () => {
    const worst = fc.constantFrom('a', 'ab', '/', '/a', '0', 'x1', '-', 'aaab')
    fc.assert(
      fc.property(expression, worst, ({ text }, part) => {
        fc.pre(problemOf(text) === undefined)
        // An expression of exponential cost would not come back from this.
        expect(new RegExp(`^(?:${text})$`).test(`${part.repeat(60)}\n`)).toBeTypeOf('boolean')
      }),
    )
  })

  it('never throws', () => {
    fc.assert(fc.property(anyText(), (text) => void problemOf(text)))
  })
})
