import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '../../../../../../test/support/any-text.ts'
import {
  block,
  type Directive,
  directive,
  printDirectives,
  quoteWord,
  WORD_BYTES_MAX,
} from '../../../../src/engines/nginx/render/directive.ts'
import { parseNginx } from '../nginx-grammar.ts'

test('prints directives and blocks', () => {
  const tree = [
    directive('worker_processes', 2),
    block('events', [directive('worker_connections', 512)]),
    block(['location', '=', '/a b'], [directive('return', 404, 'say "no"\n')]),
  ]
  expect(printDirectives(tree)).toBe(
    [
      'worker_processes 2;',
      'events {',
      '  worker_connections 512;',
      '}',
      'location = "/a b" {',
      '  return 404 "say \\"no\\"\\n";',
      '}',
      '',
    ].join('\n'),
  )
})

test.each([
  ['plain', 'plain'],
  ['', '""'],
  ['a;b', '"a;b"'],
  ['}', '"}"'],
  ['#no comment', '"#no comment"'],
  ['"', '"\\""'],
  ["it's", '"it\'s"'],
  ['\\n', '"\\\\n"'],
  ['a\nb', '"a\\nb"'],
  // A brace would begin `${…}`, so it is quoted; the quotes hide it from the tokenizer.
  [`$\{x}`, `"$\{x}"`],
  ['é', '"é"'],
])('quotes %j as %j', (word, printed) => {
  expect(quoteWord(word)).toBe(printed)
})

test.each([
  ['NUL', 'a\0b'],
  ['half a character', 'a\ud800'],
  ['too many bytes', 'é'.repeat(WORD_BYTES_MAX / 2)],
])('refuses a word with %s', (_, word) => {
  expect(() => quoteWord(word)).toThrow(RangeError)
})

const word = anyText({ maxLength: 20 }).filter((text) => !text.includes('\0'))
const hostileWord = fc
  .array(fc.constantFrom(...'"\'\\;{}#$ \t\r\nntr()~*=/@a'), { maxLength: 12 })
  .map((characters) => characters.join(''))

test('nginx reads back the words that were meant, whatever is in them', () => {
  const words = fc.array(fc.oneof(word, hostileWord), { minLength: 1, maxLength: 5 })
  const { tree } = fc.letrec<{ tree: readonly Directive[]; one: Directive }>((tie) => ({
    tree: fc.array(tie('one'), { maxLength: 4 }),
    one: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      words.map((some): Directive => ({ words: some })),
      fc.tuple(words, tie('tree')).map(([some, inner]) => ({ words: some, block: inner })),
    ),
  }))
  fc.assert(
    fc.property(tree, (meant) => {
      expect(parseNginx(printDirectives(meant))).toEqual(meant)
    }),
    { numRuns: 500 },
  )
})
