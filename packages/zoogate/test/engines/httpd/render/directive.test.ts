import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '../../../../../../test/support/any-text.ts'
import {
  directive,
  dollarDefinition,
  fitsWord,
  printDirectives,
  quoteWord,
  rewriteDirective,
  rewriteWord,
  section,
  WORD_BYTES_MAX,
} from '../../../../src/engines/httpd/render/directive.ts'
import { literalPattern, literalText } from '../../../../src/engines/httpd/render/pattern.ts'
import { parseHttpd } from '../httpd-grammar.ts'

describe('directives', () => {
  test('are printed with sections inside', () => {
    const tree = [section('VirtualHost', '*:80', [directive('ServerName', 'a.test')])]
    expect(printDirectives(tree)).toBe('<VirtualHost *:80>\n  ServerName a.test\n</VirtualHost>\n')
  })

  test('any text is read back as the word that it is', () => {
    const texts = fc.oneof(
      anyText({ maxLength: 40 }),
      fc.array(fc.constantFrom(...'"\'\\{$}<>#% aA/'), { maxLength: 20 }).map((c) => c.join('')),
    )
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(fitsWord(text))
        const file = printDirectives([dollarDefinition(), directive('A', text, 'end')])
        expect(parseHttpd(file, { HOME: '/root', '': 'empty' })[1]).toEqual({
          name: 'A',
          words: [text, 'end'],
        })
      }),
      { numRuns: 500 },
    )
  })

  test.each(['a\nb', 'a\0b', 'a\rb', '\ud800', 'x'.repeat(WORD_BYTES_MAX + 1)])(
    'a word that httpd cannot hold is refused: %j',
    (text) => {
      expect(() => quoteWord(text)).toThrowError(RangeError)
      expect(() => rewriteWord(text)).toThrowError(RangeError)
    },
  )

  test('mod_rewrite’s words have no quote', () => {
    expect(() => rewriteWord('a"b')).toThrowError(RangeError)
    const [rule] = parseHttpd(
      printDirectives([rewriteDirective('RewriteRule', '^a b\\', '-', '[L]')]),
    )
    expect(rule?.words).toEqual(['^a b\\', '-', '[L]'])
  })
})

describe('patterns', () => {
  test('a literal one matches its text alone, and is a word of mod_rewrite’s', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (text, other) => {
        const pattern = literalPattern(text)
        expect(pattern).toMatch(/^[!-~]*$/)
        expect(pattern).not.toMatch(/["'${}]/)
        const expression = new RegExp(`^(?:${pattern})$`, 's')
        const bytes = (each: string) => Buffer.from(each).toString('latin1')
        expect(expression.test(bytes(text))).toBe(true)
        expect(expression.test(bytes(other))).toBe(text === other)
      }),
    )
  })

  test('a text where mod_rewrite expands is escaped, and no variable of a file’s', () => {
    expect(literalText(String.raw`/100%/$1\${HOME}`)).toBe(String.raw`/100\%/\$1\\\$\{HOME}`)
  })
})
