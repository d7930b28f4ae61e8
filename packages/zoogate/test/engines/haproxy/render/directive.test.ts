import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyText } from '../../../../../../test/support/any-text.ts'
import { printSections } from '../../../../src/engines/haproxy/render/directive.ts'
import {
  quoteArgument,
  quoteLogFormat,
  quoteWord,
} from '../../../../src/engines/haproxy/render/quoting.ts'
import { parseArguments, parseHaproxy } from '../haproxy-grammar.ts'

/** All that has ever hurt in a configuration file, and any other text without a NUL. */
const hostileText = fc.oneof(
  anyText({ maxLength: 40 }).filter((text) => !text.includes('\0')),
  fc
    .array(fc.constantFrom(...`"'\\$#{}()%[]; \t\n\r,-!|&x4`), { maxLength: 20 })
    .map((list) => list.join('')),
)

test('prints sections', () => {
  const text = printSections([
    { heading: ['global'], directives: [['nbthread', '2']] },
    { heading: ['backend', 'b'], directives: [['x', 'a b', "it's", '$HOME', '', 'é#']] },
  ])
  expect(text).toBe(
    [
      '# Written by zoogate. Changes made here are lost.',
      '',
      'global',
      '    nbthread 2',
      '',
      'backend b',
      `    x 'a b' "it's" '$HOME' '' "\\xc3\\xa9#"`,
      '',
    ].join('\n'),
  )
})

test('any words come back as they were', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(hostileText, { minLength: 1, maxLength: 5 }), { maxLength: 5 }),
      (directives) => {
        const text = printSections([{ heading: ['backend', 'b'], directives }])
        expect(parseHaproxy(text)).toEqual([['backend', 'b'], ...directives])
      },
    ),
  )
})

test('any argument of a fetch comes back as it was', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(parseArguments(`req.fhdr(${quoteArgument(text)})`)).toEqual([text])
    }),
  )
})

test('a NUL is in no word', () => {
  expect(() => quoteWord('a\0b')).toThrow(RangeError)
})

test('a percent sign in a log format is doubled', () => {
  expect(quoteLogFormat('S%[src]D')).toBe('S%%[src]D')
})
