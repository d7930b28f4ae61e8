/** A directive of the outermost level, as it lies in a text. */
export interface ScannedDirective {
  /** Unquoted. */
  readonly words: readonly string[]
  /** Where each of them begins and ends, quotes included. */
  readonly places: readonly { readonly start: number; readonly end: number }[]
  /** Where its name begins, and behind its `;` or `}`. */
  readonly start: number
  readonly end: number
  /** Behind its `{`, where it is a block. */
  readonly blockStart?: number
}

/**
 * The directives of the outermost level, with their places in the text. What lies within their blocks
 * is passed over by counting braces, in nginx's own reading of words, quotes and comments
 * (ngx_conf_read_token). Where the text is none of nginx's, its checker is left to say so. Pure.
 */
export function scanDirectives(text: string): readonly ScannedDirective[] {
  const found: ScannedDirective[] = []
  let words: string[] = []
  let places: { start: number; end: number }[] = []
  let start = 0
  let blockStart: number | undefined
  let depth = 0
  for (const { kind, value, from, to } of tokensOf(text)) {
    if (kind === 'word') {
      if (depth > 0) continue
      if (words.length === 0) start = from
      words.push(value)
      places.push({ start: from, end: to })
    } else if (kind === '{') {
      if (depth === 0) blockStart = to
      depth += 1
    } else {
      if (kind === '}') depth -= 1
      if (depth < 0) return found
      if (depth > 0) continue
      const inside = blockStart === undefined ? {} : { blockStart }
      found.push({ words, places, start, end: to, ...inside })
      words = []
      places = []
      blockStart = undefined
    }
  }
  return found
}

interface Token {
  readonly kind: 'word' | ';' | '{' | '}'
  readonly value: string
  readonly from: number
  readonly to: number
}

const SPACE = /[ \t\r\n]/

function* tokensOf(text: string): Generator<Token> {
  let at = 0
  while (at < text.length) {
    const character = text[at] ?? ''
    if (SPACE.test(character)) at += 1
    else if (character === '#') {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (character === ';' || character === '{' || character === '}') {
      yield { kind: character, value: character, from: at, to: at + 1 }
      at += 1
    } else {
      const quoted = character === '"' || character === "'"
      const token = quoted ? quotedWord(text, at, character) : bareWord(text, at)
      yield token
      at = token.to
    }
  }
}

function quotedWord(text: string, from: number, quote: string): Token {
  let at = from + 1
  let value = ''
  while (at < text.length && text[at] !== quote) {
    if (text[at] === '\\') at += 1
    value += text[at] ?? ''
    at += 1
  }
  return { kind: 'word', value, from, to: Math.min(at + 1, text.length) }
}

/** A brace after a dollar belongs to the word: `${name}`. */
function bareWord(text: string, from: number): Token {
  let at = from
  let value = ''
  while (at < text.length) {
    const character = text[at] ?? ''
    const isVariable = character === '{' && text[at - 1] === '$' && at > from
    if (SPACE.test(character) || character === ';' || (character === '{' && !isVariable)) break
    if (character === '\\') at += 1
    value += text[at] ?? ''
    at += 1
  }
  return { kind: 'word', value, from, to: Math.min(at, text.length) }
}

/** The same of all levels, in their order. Pure. */
export function scanAll(text: string, offset = 0): readonly ScannedDirective[] {
  return scanDirectives(text).flatMap((each) => {
    const { blockStart, places } = each
    const moved = {
      ...each,
      start: each.start + offset,
      end: each.end + offset,
      places: places.map(({ start, end }) => ({ start: start + offset, end: end + offset })),
    }
    if (blockStart === undefined || /_block$/.test(each.words[0] ?? '')) return [moved]
    return [moved, ...scanAll(text.slice(blockStart, each.end - 1), offset + blockStart)]
  })
}
