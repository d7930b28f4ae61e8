import { expect, test } from 'vitest'
import { printPcre } from '../../../src/engines/shared/pcre.ts'
import { readRegularExpression } from '../../../src/model/values/regular-expression.ts'

const print = (text: string) => printPcre(readRegularExpression(text))

test.each([
  ['/api/v[0-9]+', '(?:/api/v(?:[0-9]+))'],
  ['^/a.b$', String.raw`(?:/a[\x00-\x09\x0b-\x0c\x0e-\x7f\x80-\xff]b)`],
  ['/(a|b|)/?', '(?:/(?:a|b|(?:))(?:/?))'],
  ['[^/]*', String.raw`(?:[\x00-\x2e0-\x7f\x80-\xff]*)`],
  ['(x{2}y{1,3}z{2,}){0}', '(?:(?:(?:x{2})(?:y{1,3})(?:z{2,})){0})'],
  ['a*?', '(?:a*)'],
  ['"\\$\\{x\\}\' ;', String.raw`(?:\x22\x24\x7bx\x7d\x27\x20\x3b)`],
  ['', '(?:)'],
])('%s', (text, printed) => {
  expect(print(text)).toBe(printed)
})

test('what is no expression is not printed', () => {
  expect(() => print('/a{')).toThrow('a regular expression has "{" that is no repetition')
})
