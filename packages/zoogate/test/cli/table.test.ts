import { expect, it } from 'vitest'
import { formatTable, printable } from '../../src/cli/table.ts'

it('makes columns as wide as their widest cell, colours aside', () => {
  expect(
    formatTable(
      ['NAME', 'STATE', 'WHY'],
      [
        ['a', '\u001b[32mup\u001b[39m', ''],
        ['longer', 'draining', 'told so'],
      ],
    ),
  ).toBe(
    ['NAME    STATE     WHY', 'a       \u001b[32mup\u001b[39m', 'longer  draining  told so'].join(
      '\n',
    ),
  )
})

it('shows text from outside without what a terminal obeys', () => {
  expect(printable('a\u001b[31mb\nc\u202ed\u2028ü')).toBe('a\\u001b[31mb\\u000ac\\u202ed\\u2028ü')
})
