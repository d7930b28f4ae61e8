import fc from 'fast-check'
import { anyText } from '../../../../../test/support/any-text.ts'

/** What some grammar below takes for something else than itself. */
const NASTY = [
  ...' \t\n\r\0\v\f"\'`\\$#%;{}()[]<>|&!?*+^~=:,.@/-_aZ09é'.split(''),
  ...[
    '\u007f',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\u2029',
    '\u200b',
    '\ufeff',
    '\ud800',
    '\udfff',
    '😀',
  ],
  ...[
    '\r\n',
    '\\n',
    '\\x41',
    '\\1',
    '\\\\',
    '\\"',
    '""',
    "''",
    '$$',
    '%%',
    '//',
    '/../',
    '/./',
    '--',
  ],
  ...[
    '$host',
    '$1',
    `$\{host}`,
    `$\{ENV}`,
    '$(id)',
    '`id`',
    '%[src]',
    '%{HTTP:Host}',
    '%{x}e',
    '%ci',
    '%1',
  ],
  ...['%0a', '%00', '%2F', '%2e%2e', '%25', '%C3%A9', '%ff', '%zz', '%', '+', '&a=b', '#f', '?q=1'],
  ...[
    '%s',
    '%n',
    '%d',
    '{{x}}',
    '<%= x %>',
    `$\{lower:x}`,
    '-f /etc/passwd',
    '-m reg',
    '-i',
    '--',
    '}',
  ],
  ...['a)|(b', '(?:', '(?i)', '[a-z', '[^', '.*', '\\z', '\\Q', '^', '$', '(a+)+', 'a|b', '{2}'],
  ...[
    '; }',
    '{ }',
    '} server { listen 81;',
    '\nglobal\n',
    '\nListen 81\n',
    '\n</VirtualHost>\n',
    ' [P]',
  ],
]

/** Words that mean something where they stand alone. */
const WORDS = [
  ...[
    'off',
    'on',
    'default',
    'include',
    'hostnames',
    'volatile',
    'ranges',
    'delete',
    'proxy',
    'none',
  ],
  ...[
    '-i',
    '--',
    '-m',
    '-f',
    '-n',
    'if',
    'unless',
    'or',
    '||',
    '{',
    '}',
    '!',
    'expr=true',
    'early',
    'always',
    'env=x',
    'all',
    '_',
  ],
  ...[
    'localhost',
    'GET',
    'Host',
    'host',
    'Connection',
    'content-length',
    'cookie',
    '__proto__',
    'constructor',
  ],
  ...[
    '127.0.0.1',
    '::1',
    '0.0.0.0/0',
    'fe80::1%eth0',
    '::ffff:10.0.0.1',
    '*',
    '*.',
    '*.com',
    '.',
    '..',
    '',
  ],
  ...[
    'a'.repeat(300),
    '/'.repeat(50),
    `/${'x'.repeat(1_000)}`,
    'é'.repeat(2_000),
    '%'.repeat(5_000),
  ],
]

const nasty = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: anyText({ maxLength: 6 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
)
const nastyText = fc.array(nasty, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))

/** How a hostile text is made of the innocent one that it is put in the place of. */
export interface Hostility {
  readonly make: (innocent: string) => string
}

/** Alone, behind, before or within what is innocent: within it more of them pass the first check. */
export const hostility: fc.Arbitrary<Hostility> = fc.oneof(
  { weight: 2, arbitrary: nastyText.map((text) => ({ make: () => text })) },
  { weight: 1, arbitrary: fc.constantFrom(...WORDS).map((text) => ({ make: () => text })) },
  {
    weight: 3,
    arbitrary: nastyText.map((text) => ({ make: (innocent: string) => innocent + text })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(nastyText, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([text, part]) => ({
        make: (innocent: string) => {
          // Behind the first character, without which a path is none.
          const at = 1 + Math.floor(part * (innocent.length - 1))
          return innocent.slice(0, at) + text + innocent.slice(at)
        },
      })),
  },
)
