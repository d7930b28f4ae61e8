/**
 * A configuration as a tree of directives and sections, printed in httpd's grammar:
 *
 *     line    = name *( SP word ) LF
 *     section = "<" name SP word ">" LF *( line / section ) "</" name ">" LF
 *     word    = bare / '"' *( char / '\"' / '\\' ) '"'
 *
 * This is the only place that writes httpd's language. Text from elsewhere comes in as a whole word,
 * so it cannot end a word, a line or a section, whatever it holds. What a word means (a format after
 * `%`, an expression, a pattern) is its directive's affair, and its caller's.
 */
export interface Directive {
  readonly words: readonly string[]
  /** mod_rewrite takes its line apart by itself, and knows no escapes: see {@link rewriteWord}. */
  readonly grammar: 'words' | 'expanded' | 'rewrite'
  readonly section?: readonly Directive[]
}

/** httpd reads far longer lines, but nothing of ours has to be as long. */
export const WORD_BYTES_MAX = 8_000

/**
 * httpd replaces `${name}` in every line where a variable, or an environment variable, has that name,
 * and knows no escape. So a dollar before a brace is written as a variable of ours that holds one.
 */
const DOLLAR = 'ZOOGATE_DOLLAR'

/** `Name word word` */
export function directive(name: string, ...words: readonly (string | number)[]): Directive {
  return { words: [name, ...words.map(String)], grammar: 'words' }
}

/** A RewriteCond or RewriteRule. */
export function rewriteDirective(name: string, ...words: readonly string[]): Directive {
  return { words: [name, ...words], grammar: 'rewrite' }
}

/** The same with httpd's variables expanded: for words without text from elsewhere. */
export function expanded(of: Directive): Directive {
  return { ...of, grammar: 'expanded' }
}

/** `<Name word> … </Name>` */
export function section(
  name: string,
  argument: string | readonly string[],
  children: readonly Directive[],
): Directive {
  const words = typeof argument === 'string' ? [argument] : argument
  return { words: [name, ...words], grammar: 'words', section: children }
}

/** What has to stand before everything else in a file that httpd starts with. */
export function dollarDefinition(): Directive {
  return directive('Define', DOLLAR, '$')
}

/** The text of a file. */
export function printDirectives(directives: readonly Directive[], indent = ''): string {
  return directives.map((each) => printDirective(each, indent)).join('')
}

function printDirective({ words, grammar, section }: Directive, indent: string): string {
  const quote = QUOTING[grammar]
  const [name = '', ...rest] = words
  const line = [name, ...rest.map(quote)].join(' ')
  if (section === undefined) return `${indent}${line}\n`
  const inner = printDirectives(section, `${indent}  `)
  return `${indent}<${line}>\n${inner}${indent}</${name}>\n`
}

const QUOTING = {
  words: quoteWord,
  expanded: (word: string) => checked(word, inQuotes(word)),
  rewrite: rewriteWord,
} as const satisfies Record<Directive['grammar'], (word: string) => string>

/** Words of these characters alone mean the same with and without quotes. */
const BARE_WORD = /^[A-Za-z0-9_./:@=*+,()~-]+$/

/**
 * One word as httpd reads it back (`ap_getword_conf`).
 * @throws RangeError where httpd has no way to write it: a control character, half a character, or too long
 */
export function quoteWord(word: string): string {
  const printed = BARE_WORD.test(word) ? word : inQuotes(word).replaceAll('${', `\${${DOLLAR}}{`)
  return checked(word, printed)
}

function inQuotes(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&')}"`
}

/**
 * One word as mod_rewrite reads it back: all between two quotes, without escapes. Only patterns and
 * expansions of ours come here, and those write a quote in another way; `${` is a map's, which httpd
 * leaves alone as no variable has a colon in its name.
 * @throws RangeError for a quote, and as {@link quoteWord}
 */
export function rewriteWord(word: string): string {
  if (word.includes('"')) throw new RangeError('mod_rewrite cannot hold a quote in a word')
  return checked(word, BARE_WORD.test(word) ? word : `"${word}"`)
}

function checked(word: string, printed: string): string {
  if (/[\p{Cc}\p{Surrogate}]/u.test(word)) {
    throw new RangeError('httpd cannot hold a control character or half a character in a word')
  }
  const bytes = Buffer.byteLength(printed)
  if (bytes > WORD_BYTES_MAX) {
    throw new RangeError(`a word of ${bytes} bytes is more than is written (${WORD_BYTES_MAX})`)
  }
  return printed
}

/** Whether httpd can hold it as one word. */
export function fitsWord(word: string): boolean {
  try {
    quoteWord(word)
    return true
  } catch {
    return false
  }
}
