import { type ByteSet, byteSet, complement, oneByte, printByteSet, union } from './byte-set.ts'

/**
 * A regular expression, read by ourselves and printed anew: so what people write cannot end a group
 * of ours, and means on nginx (PCRE, bytes) what it means elsewhere. Carried are characters, `.`,
 * classes with `\d \w \s` and their opposites, groups, `|` and `* + ? {m,n}`, lazy ones too. What
 * matches is always the whole text, so `^` and `$` at its ends say nothing.
 */
export type Expression =
  | { readonly type: 'set'; readonly set: ByteSet }
  /** A character beyond ASCII. */
  | { readonly type: 'bytes'; readonly bytes: readonly number[] }
  | { readonly type: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly type: 'alternatives'; readonly parts: readonly Expression[] }
  | { readonly type: 'repeat'; readonly part: Expression; readonly times: string }

/** @throws SyntaxError for what is not carried, in words for whoever wrote it */
export function parseExpression(text: string): Expression {
  const reader = new Reader(text)
  const expression = readAlternatives(reader, true)
  if (!reader.isAtEnd) throw new SyntaxError('has a ")" too many')
  return expression
}

/** What is wrong with it; undefined: it is carried. */
export function expressionProblem(text: string): string | undefined {
  try {
    parseExpression(text)
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError) return error.message
    throw error
  }
}

/** How the leaves of an expression are printed. */
export interface LeafPrinter {
  set(set: ByteSet): string
  /** Of a byte beyond ASCII. */
  byte(byte: number): string
}

const PLAIN: LeafPrinter = { set: printByteSet, byte: (byte) => `\\x${byte.toString(16)}` }

/** As PCRE reads it; a whole, which can be repeated or followed. */
export function printExpression(expression: Expression, leaf: Partial<LeafPrinter> = {}): string {
  const printer = { ...PLAIN, ...leaf }
  const print = (part: Expression) => printExpression(part, printer)
  switch (expression.type) {
    case 'set':
      return printer.set(expression.set)
    case 'bytes':
      return `(?:${expression.bytes.map(printer.byte).join('')})`
    case 'sequence':
      return `(?:${expression.parts.map(print).join('')})`
    case 'alternatives':
      return `(?:${expression.parts.map(print).join('|')})`
    case 'repeat':
      return `(?:${print(expression.part)}${expression.times})`
  }
}

export function matchesEmpty(expression: Expression): boolean {
  switch (expression.type) {
    case 'set':
    case 'bytes':
      return false
    case 'sequence':
      return expression.parts.every(matchesEmpty)
    case 'alternatives':
      return expression.parts.some(matchesEmpty)
    case 'repeat':
      return /^[*?]|^\{0+[,}]/.test(expression.times) || matchesEmpty(expression.part)
  }
}

/** What every text that it matches begins with, as far as that is plain to see. */
export function literalPrefix(expression: Expression): string {
  const parts = expression.type === 'sequence' ? expression.parts : [expression]
  let prefix = ''
  for (const part of parts) {
    const code = part.type === 'set' && !part.set.beyond ? onlyCode(part.set) : undefined
    if (code === undefined) break
    prefix += String.fromCharCode(code)
  }
  return prefix
}

function onlyCode({ ascii }: ByteSet): number | undefined {
  const first = ascii.indexOf(true)
  return first >= 0 && first === ascii.lastIndexOf(true) ? first : undefined
}

class Reader {
  readonly #characters: readonly string[]
  #at = 0

  constructor(text: string) {
    this.#characters = [...text]
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#characters.length
  }

  peek(ahead = 0): string | undefined {
    return this.#characters[this.#at + ahead]
  }

  next(): string {
    const character = this.#characters[this.#at++]
    if (character === undefined) throw new SyntaxError('ends too early')
    return character
  }

  /** Takes the text where it stands next. */
  take(text: string): boolean {
    const found = [...text].every((character, ahead) => this.peek(ahead) === character)
    if (found) this.#at += text.length
    return found
  }

  /** Takes what the pattern, which is anchored, finds here. */
  takeMatch(pattern: RegExp): string | undefined {
    const found = pattern.exec(this.#characters.slice(this.#at).join(''))?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }
}

function readAlternatives(reader: Reader, isWhole: boolean): Expression {
  const parts = [readSequence(reader, isWhole)]
  while (reader.take('|')) parts.push(readSequence(reader, isWhole))
  const [first] = parts
  return first !== undefined && parts.length === 1 ? first : { type: 'alternatives', parts }
}

function readSequence(reader: Reader, isWhole: boolean): Expression {
  const parts: Expression[] = []
  if (isWhole) reader.take('^')
  while (!reader.isAtEnd && reader.peek() !== '|' && reader.peek() !== ')') {
    const isLast = reader.peek(1) === undefined || reader.peek(1) === '|'
    if (isWhole && isLast && reader.take('$')) break
    const part = readAtom(reader)
    const times = reader.takeMatch(/^(?:[*+?]|\{\d{1,4}(?:,\d{0,4})?\})\??/)
    parts.push(times === undefined ? part : { type: 'repeat', part, times })
  }
  return { type: 'sequence', parts }
}

const SPECIAL = '*+?{}^$])|'

function readAtom(reader: Reader): Expression {
  if (reader.take('(')) {
    if (reader.take('?') && !reader.take(':')) {
      throw new SyntaxError('has "(?" with something else than ":" behind it')
    }
    const inner = readAlternatives(reader, false)
    if (!reader.take(')')) throw new SyntaxError('has a "(" without its ")"')
    return inner
  }
  if (reader.take('[')) return { type: 'set', set: readClass(reader) }
  const character = reader.next()
  if (character === '.') return { type: 'set', set: byteSet((code) => code !== 0x0a, true) }
  if (character === '\\') return { type: 'set', set: readEscape(reader) }
  if (SPECIAL.includes(character)) {
    throw new SyntaxError(`has "${character}" where it means nothing: write "\\${character}"`)
  }
  return literal(character)
}

function literal(character: string): Expression {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return { type: 'set', set: oneByte(code) }
  if (/\p{Surrogate}/u.test(character)) throw new SyntaxError('has half a character')
  return { type: 'bytes', bytes: [...Buffer.from(character)] }
}

const DIGITS = byteSet((code) => code >= 0x30 && code <= 0x39)
const WORD = byteSet((code) => /\w/.test(String.fromCharCode(code)))
const SPACE = byteSet((code) => /\s/.test(String.fromCharCode(code)))
const SHORTHANDS: Readonly<Record<string, ByteSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
}
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 }

/** What stands behind a backslash. */
function readEscape(reader: Reader): ByteSet {
  const character = reader.next()
  const shorthand = SHORTHANDS[character]
  if (shorthand !== undefined) return shorthand
  const control = CONTROLS[character]
  if (control !== undefined) return oneByte(control)
  if (!/^[!-/:-@[-`{-~]$/.test(character)) {
    throw new SyntaxError(`has "\\${character}", which is not carried`)
  }
  return oneByte(character.charCodeAt(0))
}

function readClass(reader: Reader): ByteSet {
  const negated = reader.take('^')
  const sets: ByteSet[] = []
  while (!reader.take(']')) {
    const first = readClassPart(reader)
    if (reader.peek() !== '-' || reader.peek(1) === ']') {
      sets.push(first)
      continue
    }
    reader.next()
    sets.push(rangeOf(first, readClassPart(reader)))
  }
  if (sets.length === 0) throw new SyntaxError('has a class without members')
  const members = union(sets)
  return negated ? complement(members) : members
}

function readClassPart(reader: Reader): ByteSet {
  const character = reader.next()
  if (character === '\\') return readEscape(reader)
  if (character === '[') throw new SyntaxError('has "[" in a class: write "\\["')
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x80) throw new SyntaxError(`has "${character}" in a class`)
  return oneByte(code)
}

function rangeOf(first: ByteSet, last: ByteSet): ByteSet {
  const [from, to] = [onlyCode(first), onlyCode(last)]
  if (from === undefined || to === undefined || first.beyond || last.beyond || from > to) {
    throw new SyntaxError('has a range in a class that is none')
  }
  return byteSet((code) => code >= from && code <= to)
}
