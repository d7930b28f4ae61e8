/**
 * A configuration as a tree of directives, printed in nginx's grammar:
 *
 *     directive = word *( word ) ( ";" / "{" *directive "}" )
 *     word      = bare / '"' *( char / '\"' / '\\' / '\t' / '\r' / '\n' ) '"'
 *
 * This is the only place that writes nginx's language. Text from elsewhere comes in as a whole word,
 * so it cannot end a word, a directive or a block, whatever it holds. What a word means (a variable
 * after `$`, a regular expression after `~`) is its directive's affair, and its caller's.
 */
export interface Directive {
  readonly words: readonly string[]
  readonly block?: readonly Directive[]
}

/**
 * nginx reads a configuration through a buffer of 4,096 bytes (NGX_CONF_BUFFER), and refuses a word
 * that does not fit, its quotes included: "too long parameter".
 */
export const WORD_BYTES_MAX = 4_000

/** `name word word;` */
export function directive(...words: readonly (string | number)[]): Directive {
  return { words: words.map(String) }
}

/** `name word { … }` */
export function block(
  words: string | readonly string[],
  children: readonly Directive[],
): Directive {
  return { words: typeof words === 'string' ? [words] : words, block: children }
}

/** Those that others do not say themselves: nginx takes most directives once in a block. */
export function unlessSaid(
  defaults: readonly Directive[],
  others: readonly Directive[],
): readonly Directive[] {
  return defaults.filter(({ words: [name] }) => !others.some(({ words }) => words[0] === name))
}

/** The text of a file. */
export function printDirectives(directives: readonly Directive[], indent = ''): string {
  return directives.map((each) => printDirective(each, indent)).join('')
}

function printDirective({ words, block }: Directive, indent: string): string {
  const head = indent + words.map(quoteWord).join(' ')
  if (block === undefined) return `${head};\n`
  return `${head} {\n${printDirectives(block, `${indent}  `)}${indent}}\n`
}

/** Words of these characters alone mean the same with and without quotes. */
const BARE_WORD = /^[A-Za-z0-9_./:@=*+,()~$-]+$/

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\t': '\\t',
  '\r': '\\r',
  '\n': '\\n',
}

/**
 * One word as nginx reads it back.
 * @throws RangeError where nginx has no way to write it: a NUL, half a character, or too long
 */
export function quoteWord(word: string): string {
  if (word.includes('\0') || /\p{Surrogate}/u.test(word)) {
    throw new RangeError('nginx cannot hold a NUL or half a character in its configuration')
  }
  const printed = BARE_WORD.test(word)
    ? word
    : `"${word.replace(/[\\"\t\r\n]/g, (character) => ESCAPES[character] ?? character)}"`
  const bytes = Buffer.byteLength(printed)
  if (bytes > WORD_BYTES_MAX) {
    throw new RangeError(`a word of ${bytes} bytes is more than nginx reads (${WORD_BYTES_MAX})`)
  }
  return printed
}

/** Whether nginx can hold it as one word. */
export function fitsWord(word: string): boolean {
  try {
    quoteWord(word)
    return true
  } catch {
    return false
  }
}
