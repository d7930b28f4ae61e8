import type { Directive } from '../../../src/engines/nginx/render/directive.ts'

/**
 * A reader of nginx's grammar, written after `ngx_conf_read_token` and `ngx_conf_parse` of nginx 1.22
 * and not after our printer: it works on bytes, one at a time, as nginx does.
 */
export function parseNginx(text: string): readonly Directive[] {
  return readBlock(tokenize(Buffer.from(text)), 0).directives
}

type Token = { readonly word: string } | { readonly mark: ';' | '{' | '}' }

function readBlock(tokens: readonly Token[], from: number, depth = 0) {
  const directives: Directive[] = []
  let words: string[] = []
  let next = from
  for (;;) {
    const token = tokens[next++]
    if (token === undefined) {
      if (words.length > 0 || depth > 0) throw new SyntaxError('unexpected end of file')
      return { directives, next: tokens.length }
    }
    if ('word' in token) {
      words.push(token.word)
      continue
    }
    if (token.mark === '}') {
      if (words.length > 0 || depth === 0) throw new SyntaxError('unexpected "}"')
      return { directives, next }
    }
    if (words.length === 0) throw new SyntaxError(`unexpected "${token.mark}"`)
    if (token.mark === ';') directives.push({ words })
    else {
      const inner: { directives: Directive[]; next: number } = readBlock(tokens, next, depth + 1)
      directives.push({ words, block: inner.directives })
      next = inner.next
    }
    words = []
  }
}

const byte = (character: string) => character.charCodeAt(0)
const SPACES = [' ', '\t', '\r', '\n'].map(byte)

function tokenize(bytes: Buffer): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at] ?? 0
    if (SPACES.includes(first)) at++
    else if (first === byte('#')) {
      while (at < bytes.length && bytes[at] !== byte('\n')) at++
    } else if (first === byte(';')) at = mark(';')
    else if (first === byte('{')) at = mark('{')
    else if (first === byte('}')) at = mark('}')
    else if (first === byte('"') || first === byte("'")) at = readQuoted(first)
    else at = readBare()
  }
  return tokens

  function mark(character: ';' | '{' | '}'): number {
    tokens.push({ mark: character })
    return at + 1
  }

  function readQuoted(quote: number): number {
    const start = at + 1
    let end = start
    while (bytes[end] !== quote) {
      if (end >= bytes.length) throw new SyntaxError('a quote is not closed')
      end += bytes[end] === byte('\\') ? 2 : 1
    }
    tokens.push({ word: unescaped(bytes.subarray(start, end)) })
    const after = bytes[end + 1]
    const separates = [...SPACES, ...[';', '{', ')'].map(byte)]
    if (after !== undefined && !separates.includes(after)) {
      throw new SyntaxError('a quoted word needs a space after it')
    }
    return end + 1
  }

  function readBare(): number {
    let end = at
    while (end < bytes.length) {
      const current = bytes[end] ?? 0
      const inVariable = current === byte('{') && bytes[end - 1] === byte('$')
      if (SPACES.includes(current) || current === byte(';')) break
      if (current === byte('{') && !inVariable) break
      end += current === byte('\\') ? 2 : 1
    }
    tokens.push({ word: unescaped(bytes.subarray(at, end)) })
    return end
  }
}

function unescaped(bytes: Buffer): string {
  const meant: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const current = bytes[at] ?? 0
    const next = bytes[at + 1]
    if (current !== byte('\\') || next === undefined) meant.push(current)
    else if (['"', "'", '\\'].map(byte).includes(next)) meant.push(bytes[++at] ?? 0)
    else if (next === byte('t')) at = push('\t')
    else if (next === byte('r')) at = push('\r')
    else if (next === byte('n')) at = push('\n')
    else meant.push(current)

    function push(character: string): number {
      meant.push(byte(character))
      return at + 1
    }
  }
  return Buffer.from(meant).toString('utf8')
}
