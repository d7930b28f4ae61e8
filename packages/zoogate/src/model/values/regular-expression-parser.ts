import {
  ANY,
  type CharacterSet,
  CLASS_ESCAPES,
  complement,
  NONE,
  range,
  single,
} from './character-set.ts'

export type RegularExpression =
  | { readonly type: 'characters'; readonly set: CharacterSet }
  | { readonly type: 'sequence' | 'choice'; readonly of: readonly RegularExpression[] }
  | {
      readonly type: 'repeat'
      readonly of: RegularExpression
      readonly min: number
      /** Infinity: endless. */
      readonly max: number
    }

export type ParsedExpression =
  | { readonly expression: RegularExpression }
  | { readonly problem: string }

const GROUPS_DEEP_MAX = 10
const REPETITIONS_MAX = 255
/** Punctuation that has a meaning, and is meant itself behind a backslash. */
const PUNCTUATION = /^[!-/:-@[-`{-~]$/

/** Reads the dialect of regular-expression.ts, without anchors around it. Never throws. */
export function parseRegularExpression(text: string): ParsedExpression {
  const strange = /[^\x20-\x7e]/.exec(text)
  if (strange !== null) return { problem: 'has a character that is not printable ASCII' }
  try {
    return { expression: new Parser(text).parse() }
  } catch (error) {
    if (error instanceof ExpressionError) return { problem: error.message }
    throw error
  }
}

class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): RegularExpression {
    const expression = this.#choice()
    if (this.#at < this.#text.length) this.#fail('has a ")" without its "("')
    return expression
  }

  #choice(): RegularExpression {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { type: 'choice', of: parts }
  }

  #sequence(): RegularExpression {
    const parts: RegularExpression[] = []
    for (let next = this.#peek(); next !== '' && next !== '|' && next !== ')'; ) {
      parts.push(this.#repeated(this.#atom()))
      next = this.#peek()
    }
    return { type: 'sequence', of: parts }
  }

  #atom(): RegularExpression {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return { type: 'characters', set: this.#class() }
      case '.':
        return { type: 'characters', set: ANY }
      case '\\':
        return { type: 'characters', set: this.#escape() }
      case '^':
      case '$':
        return this.#fail(
          `has "${character}", which is not needed, since the whole value must match (write "\\${character}" for the character)`,
        )
      case '*':
      case '+':
      case '?':
        return this.#fail(`has "${character}" with nothing before it to repeat`)
      case '{':
      case '}':
      case ']':
        return this.#fail(`has "${character}" alone (write "\\${character}" for the character)`)
      default:
        return { type: 'characters', set: single(character) }
    }
  }

  #group(): RegularExpression {
    if (this.#take('?') && !this.#take(':')) {
      return this.#fail(
        'has "(?": of groups only "(…)" and "(?:…)" are carried by every engine, no look-around, no names, no flags',
      )
    }
    this.#depth += 1
    if (this.#depth > GROUPS_DEEP_MAX) this.#fail(`has groups more than ${GROUPS_DEEP_MAX} deep`)
    const inside = this.#choice()
    if (!this.#take(')')) this.#fail('has a "(" without its ")"')
    this.#depth -= 1
    return inside
  }

  #repeated(of: RegularExpression): RegularExpression {
    const bounds = this.#bounds()
    if (bounds === undefined) return of
    // Which of the matches is taken makes no difference where the whole value must match.
    this.#take('?')
    if (this.#take('+')) this.#fail('has a possessive repetition, which JavaScript does not know')
    if (/^[*?{]/.test(this.#peek()))
      this.#fail('has a repetition of a repetition: put a group around it')
    return { type: 'repeat', of, ...bounds }
  }

  #bounds(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Number.POSITIVE_INFINITY }
    if (this.#take('+')) return { min: 1, max: Number.POSITIVE_INFINITY }
    if (this.#take('?')) return { min: 0, max: 1 }
    if (this.#peek() !== '{') return undefined
    const [whole = '', from = '', comma, to = ''] =
      /^\{([0-9]{1,4})(,([0-9]{0,4}))?\}/.exec(this.#text.slice(this.#at)) ?? []
    if (whole === '') {
      return this.#fail(
        'has "{" that is no repetition such as "{2}" or "{1,3}" (write "\\{" for the character)',
      )
    }
    this.#at += whole.length
    const min = Number(from)
    const max = comma === undefined ? min : to === '' ? Number.POSITIVE_INFINITY : Number(to)
    if (min > max) this.#fail(`has "${whole}", which ends before it begins`)
    if (Math.max(min, Number.isFinite(max) ? max : 0) > REPETITIONS_MAX) {
      this.#fail(`has "${whole}": at most ${REPETITIONS_MAX} repetitions are counted`)
    }
    return { min, max }
  }

  /** Behind `[`. */
  #class(): CharacterSet {
    const negated = this.#take('^')
    let set = NONE
    let empty = true
    while (!this.#take(']')) {
      set |= this.#classRange()
      empty = false
    }
    if (empty) this.#fail('has a class of no characters')
    return negated ? complement(set) : set
  }

  #classRange(): CharacterSet {
    const from = this.#classCharacter()
    if (this.#peek() !== '-' || this.#text[this.#at + 1] === ']') return from.set
    this.#next()
    const to = this.#classCharacter()
    if (from.code === undefined || to.code === undefined) {
      return this.#fail('has a range that does not lie between two characters')
    }
    if (from.code > to.code) return this.#fail('has a range that ends before it begins')
    return range(from.code, to.code)
  }

  #classCharacter(): { readonly set: CharacterSet; readonly code?: number } {
    const character = this.#next()
    if (character === '') return this.#fail('has a "[" without its "]"')
    if (character === '[') {
      return this.#fail('has "[" within a class (write "\\[" for the character)')
    }
    if (character !== '\\') return { set: single(character), code: character.charCodeAt(0) }
    const escaped = this.#peek()
    const set = this.#escape()
    return PUNCTUATION.test(escaped) ? { set, code: escaped.charCodeAt(0) } : { set }
  }

  /** Behind a backslash. */
  #escape(): CharacterSet {
    const character = this.#next()
    if (PUNCTUATION.test(character)) return single(character)
    const set = Object.hasOwn(CLASS_ESCAPES, character) ? CLASS_ESCAPES[character] : undefined
    if (set !== undefined) return set
    if (character === '') return this.#fail('ends in a backslash')
    if (/[0-9k]/.test(character)) {
      return this.#fail(`has the back-reference "\\${character}", which makes matching slow`)
    }
    return this.#fail(
      `has "\\${character}": of letters only \\d, \\w, \\D and \\W are read alike by every engine`,
    )
  }

  #peek(): string {
    return this.#text[this.#at] ?? ''
  }

  #next(): string {
    const character = this.#peek()
    this.#at += character.length
    return character
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at += 1
    return true
  }

  #fail(message: string): never {
    throw new ExpressionError(message)
  }
}
