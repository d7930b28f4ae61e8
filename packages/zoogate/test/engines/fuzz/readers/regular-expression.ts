/**
 * A reader of the regular expressions that configurations hold, as PCRE2 reads bytes. It prints them
 * in one spelling: equal text, equal meaning, however it was written. A literal text is itself, in
 * `\xHH` where it is no letter or digit; what has alternatives is in brackets of its own, so that an
 * expression within another one is a part of its text.
 * @throws SyntaxError for what it does not know
 */
export function readExpression(source: string, print: BytesPrinter = printBytes): string {
  const reader = new Reader(Buffer.from(source), print)
  const whole = reader.alternatives()
  if (!reader.isAtEnd) throw new SyntaxError(`a bracket too many: ${source}`)
  return whole
}

/** The set of bytes that one place takes. */
type Bytes = ReadonlySet<number>
type BytesPrinter = (bytes: Bytes) => string
const ALL: Bytes = new Set(Array.from({ length: 256 }, (_, byte) => byte))
const setOf = (accepts: (character: string) => boolean): Bytes =>
  new Set([...ALL].filter((byte) => accepts(String.fromCharCode(byte))))
const without = (set: Bytes, less: Bytes): Bytes => new Set([...set].filter((b) => !less.has(b)))

const isAscii = (character: string) => character.charCodeAt(0) < 0x80
const DIGITS = setOf((character) => /[0-9]/.test(character))
const WORD = setOf((character) => /[A-Za-z0-9_]/.test(character))
const SPACE = setOf((character) => isAscii(character) && /\s/.test(character))
const SETS: Readonly<Record<string, Bytes>> = {
  d: DIGITS,
  D: without(ALL, DIGITS),
  w: WORD,
  W: without(ALL, WORD),
  s: SPACE,
  S: without(ALL, SPACE),
}
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

class Reader {
  readonly #bytes: Buffer
  readonly #print: BytesPrinter
  #at = 0

  constructor(bytes: Buffer, print: BytesPrinter) {
    this.#bytes = bytes
    this.#print = print
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  alternatives(): string {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join('|')})`
  }

  #sequence(): string {
    let text = ''
    while (!this.isAtEnd && !this.#is('|') && !this.#is(')')) {
      const atom = this.#atom()
      const times = this.#takeMatch(/^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/)
      text += times === '' ? atom : `{${atom}}${times}`
    }
    return text
  }

  #atom(): string {
    if (this.#take('(')) return this.#group()
    if (this.#take('[')) return this.#print(this.#class())
    if (this.#take('^')) return '<begin>'
    if (this.#take('$')) return '<end>'
    if (this.#take('.')) return this.#print(without(ALL, new Set([0x0a])))
    if (this.#take('\\')) {
      return this.#take('z') ? '<very end>' : this.#back()
    }
    const byte = this.#next()
    if ('*+?'.includes(String.fromCharCode(byte))) throw new SyntaxError('repeats nothing')
    return this.#print(new Set([byte]))
  }

  #group(): string {
    const kind = this.#takeMatch(/^\?(?::|=|!|s:)/)
    if (kind === '' && this.#is('?')) throw new SyntaxError('an unknown group')
    if (this.#is('*')) throw new SyntaxError('a verb')
    const inner = this.alternatives()
    if (!this.#take(')')) throw new SyntaxError('a group is not closed')
    if (kind === '?s:') return `<with line ends ${inner}>`
    return kind === '?:' ? inner : `<group${kind} ${inner}>`
  }

  /** Behind a backslash, outside of a class: a number would be what a group had. */
  #back(): string {
    if (/[1-9]/.test(this.#character())) return `<again ${this.#takeMatch(/^\d+/)}>`
    return this.#print(this.#escape())
  }

  #escape(): Bytes {
    const hex = this.#takeMatch(/^x[0-9a-fA-F]{2}/)
    if (hex !== '') return new Set([Number.parseInt(hex.slice(1), 16)])
    const character = this.#character()
    const byte = this.#next()
    const set = SETS[character]
    if (set !== undefined) return set
    const control = CONTROLS[character]
    if (control !== undefined) return new Set([control])
    if (/[A-Za-z0-9]/.test(character)) throw new SyntaxError(`an unknown escape: ${character}`)
    return new Set([byte])
  }

  #class(): Bytes {
    const isNegated = this.#take('^')
    const found = new Set<number>()
    for (let isFirst = true; isFirst || !this.#is(']'); isFirst = false) {
      const from = this.#classPart()
      const isRange = this.#is('-') && this.#bytes[this.#at + 1] !== 0x5d
      if (!isRange) {
        for (const byte of from) found.add(byte)
        continue
      }
      this.#next()
      const to = this.#classPart()
      if (from.size !== 1 || to.size !== 1) throw new SyntaxError('a range of sets')
      for (let byte = Math.min(...from); byte <= Math.max(...to); byte++) found.add(byte)
    }
    this.#next()
    return isNegated ? without(ALL, found) : found
  }

  #classPart(): Bytes {
    if (this.#is('[') && ':.='.includes(String.fromCharCode(this.#bytes[this.#at + 1] ?? 0))) {
      throw new SyntaxError('a named class')
    }
    return this.#take('\\') ? this.#escape() : new Set([this.#next()])
  }

  #character(): string {
    return this.isAtEnd ? '' : String.fromCharCode(this.#bytes[this.#at] ?? 0)
  }

  #is(character: string): boolean {
    return this.#character() === character
  }

  #take(character: string): boolean {
    const found = this.#is(character)
    if (found) this.#at++
    return found
  }

  #takeMatch(pattern: RegExp): string {
    const found = pattern.exec(this.#bytes.toString('latin1', this.#at))?.[0] ?? ''
    this.#at += found.length
    return found
  }

  #next(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new SyntaxError('ends too early')
    return byte
  }
}

function printBytes(set: Bytes): string {
  const bytes = [...set].sort((a, b) => a - b)
  const [only] = bytes
  return bytes.length === 1 && only !== undefined ? printByte(only) : `[${ranges(bytes)}]`
}

function ranges(bytes: readonly number[]): string {
  let text = ''
  bytes.forEach((byte, index) => {
    if (bytes[index - 1] !== byte - 1) text += ` ${printByte(byte)}`
    else if (bytes[index + 1] !== byte + 1) text += `-${printByte(byte)}`
  })
  return text
}

function printByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`
}

/** A literal text, in the spelling of {@link readExpression}. */
export function printLiteral(text: string): string {
  return [...Buffer.from(text)].map(printByte).join('')
}

/** As {@link readExpression} does, with the dot of the model's dialect: JavaScript's takes no end of a line. */
export function readDialect(source: string): string {
  return readExpression(source, (set) => printBytes(withoutLineEnds(set)))
}

/** The same for a value that has no line feed. */
export function readWithoutLineFeed(source: string): string {
  return readExpression(source, (set) => printBytes(without(withoutLineEnds(set), new Set([0x0a]))))
}

/**
 * The same for a text in a URL, where each byte may stand as it is, but for space, controls and some,
 * or in percent.
 */
export function readSpellings(source: string, encodedOnly: string): string {
  return readExpression(source, (set) => printSpellingsOf(withoutLineEnds(set), encodedOnly))
}

/** A dot. */
function withoutLineEnds(set: Bytes): Bytes {
  const isDot = set.size === 255 && !set.has(0x0a)
  return isDot ? without(set, new Set([0x0d])) : set
}

export function printSpellings(text: string, encodedOnly: string): string {
  return [...Buffer.from(text)]
    .map((byte) => printSpellingsOf(new Set([byte]), encodedOnly))
    .join('')
}

function printSpellingsOf(set: Bytes, encodedOnly: string): string {
  const plain = [...set].filter(
    (byte) => byte > 0x20 && byte < 0x7f && !encodedOnly.includes(String.fromCharCode(byte)),
  )
  const firsts = [...'01234567'].flatMap((first) => {
    const seconds = [...set].filter((byte) => byte >> 4 === Number(first)).map((byte) => byte & 15)
    return seconds.length === 0 ? [] : [`${first}${printDigits(seconds)}`]
  })
  const beyond = [...set].filter((byte) => byte >= 0x80)
  const [only] = beyond
  // Those beyond ASCII are all taken, or one is: a part of a character.
  const rest =
    only === undefined
      ? []
      : beyond.length === 1
        ? [printDigits([only >> 4]) + printDigits([only & 15])]
        : [printDigits([8, 9, 10, 11, 12, 13, 14, 15]) + printDigits([...Array(16).keys()])]
  const encoded = `${printByte(0x25)}${choice([...firsts, ...rest])}`
  return choice([...(plain.length === 0 ? [] : [printBytes(new Set(plain))]), encoded])
}

function choice(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : `(${parts.join('|')})`
}

function printDigits(digits: readonly number[]): string {
  const characters = digits.map((digit) => digit.toString(16))
  return printBytes(
    new Set(characters.flatMap((each) => [...Buffer.from(each + each.toUpperCase())])),
  )
}
