import type { RenderedFiles } from '../../../../src/engines/engine.ts'
import { parseHaproxy } from '../../haproxy/haproxy-grammar.ts'
import { linesOf } from './plain.ts'
import { inAnyOrder, inOrder, type Reading } from './reading.ts'
import { readExpression } from './regular-expression.ts'

/**
 * HAProxy's files as HAProxy reads them, written from its manual (2.6): which word is a log-format
 * (8.2.4), which a sample expression (7.3), where patterns of an ACL begin (7.1.3), and where a
 * condition ends (7.2).
 */
export function readHaproxy(files: RenderedFiles): Reading {
  return inAnyOrder(
    [...files].map(([name, text]) =>
      inOrder(
        name,
        name.endsWith('.cfg')
          ? inOrder(...text.split('\n').flatMap(wordsOf).map(readLine))
          : linesOf(text),
      ),
    ),
  )
}

/** Most lines are those of every other file. */
const knownWords = new Map<string, readonly (readonly string[])[]>()
const knownLines = new Map<string, Reading>()

function wordsOf(line: string): readonly (readonly string[])[] {
  return remembered(knownWords, line, () => parseHaproxy(line))
}

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  const value = known.get(key) ?? make()
  if (known.size > 10_000) known.clear()
  known.set(key, value)
  return value
}

type Kind = 'text' | 'format' | 'expression' | 'pattern' | 'replacement'

/** The words that follow the name of an action, before its condition. */
const ACTIONS: Readonly<Record<string, readonly Kind[]>> = {
  'set-header': ['text', 'format'],
  'add-header': ['text', 'format'],
  'set-path': ['format'],
  'set-uri': ['format'],
  'replace-path': ['pattern', 'replacement'],
  'replace-header': ['text', 'pattern', 'replacement'],
  'replace-value': ['text', 'pattern', 'replacement'],
  'set-src': ['expression'],
  'set-timeout': ['text', 'expression'],
  'track-sc0': ['expression', 'text', 'text'],
  'cache-use': ['text'],
  'cache-store': ['text'],
  'sc-inc-gpc0': [],
  'disable-l7-retry': [],
  'wait-for-body': ['text', 'text', 'text', 'text'],
  reject: [],
  'set-var': ['expression'],
  'set-var-fmt': ['format'],
}

/** Options of a server, and how many words each takes. */
const SERVER_OPTIONS: Readonly<Record<string, 0 | 1>> = {
  ...{ check: 0, ssl: 0, disabled: 0, id: 1, weight: 1, maxconn: 1, inter: 1, downinter: 1 },
  ...{ rise: 1, fall: 1, observe: 1, 'error-limit': 1, 'on-error': 1, 'on-marked-down': 1 },
  ...{ slowstart: 1, verify: 1, 'ca-file': 1, sni: 1, 'check-sni': 1, verifyhost: 1, crt: 1 },
  ...{ 'pool-max-conn': 1, 'pool-purge-delay': 1, proto: 1 },
}

function readLine(words: readonly string[]): Reading {
  return remembered(knownLines, JSON.stringify(words), () => readWordsOfLine(words))
}

function readWordsOfLine(words: readonly string[]): Reading {
  const [keyword = '', first = '', ...rest] = words
  switch (keyword) {
    case 'acl':
      return inOrder(keyword, first, readTest(rest))
    case 'http-request':
    case 'http-response':
    case 'http-after-response':
      return inOrder(keyword, ...readAction(first, rest))
    case 'tcp-request': {
      const [action = '', ...others] = rest
      return inOrder(keyword, first, ...readAction(action, others))
    }
    case 'use_backend':
    case 'use-server':
      return inOrder(keyword, readFormat(withoutDigest(first)), ...readCondition(rest))
    case 'set-param': {
      const [value = '', ...condition] = rest
      return inOrder(keyword, first, readFormat(value), ...readCondition(condition))
    }
    case 'server':
      return inOrder(keyword, first, ...readServer(rest))
    case 'balance':
      return inOrder(keyword, first, ...rest.map(readSample))
    case 'stick':
      return inOrder(
        keyword,
        ...readWords([first, ...rest], ['text', 'expression', 'text', 'text']),
      )
    case 'http-check':
      return inOrder(keyword, first, ...(first === 'send' ? readRequest(rest) : rest))
    default:
      return inOrder(...words.map(withoutDigest))
  }
}

function readAction(action: string, words: readonly string[]): readonly Reading[] {
  const [name = '', argument] = /^([^(]*)(?:\((.*)\))?$/.exec(action)?.slice(1) ?? []
  const head = argument === undefined ? [name] : [name, argument]
  if (name === 'return' || name === 'redirect' || name === 'del-header') {
    const end = words.findIndex((word) => word === 'if' || word === 'unless')
    const own = end < 0 ? words : words.slice(0, end)
    return [...head, ...readOptions(name, own), ...readCondition(words.slice(own.length))]
  }
  const kinds = ACTIONS[name]
  if (kinds === undefined) throw new SyntaxError(`an unknown action: ${action}`)
  return [
    ...head,
    ...readWords(words.slice(0, kinds.length), kinds),
    ...readCondition(words.slice(kinds.length)),
  ]
}

/** Of actions whose words are pairs, but for the first of `del-header`. HAProxy ends them at a condition. */
function readOptions(action: string, words: readonly string[]): readonly Reading[] {
  const found: Reading[] = []
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? ''
    const take = () => words[at++] ?? ''
    if (action === 'del-header' && at === 1) {
      const isPattern = words[1] === '-m' && words[2] === 'reg'
      found.push(isPattern ? inOrder('pattern', readExpression(word)) : word)
    } else if (action === 'redirect' && word === 'location') found.push(word, readFormat(take()))
    else if (action === 'return' && word === 'hdr') found.push(word, take(), readFormat(take()))
    else if (word === '-m') found.push(word, take())
    else if (/^(?:status|content-type|string|code)$/.test(word)) found.push(word, take())
    else throw new SyntaxError(`an unknown word of ${action}: ${word}`)
  }
  return found
}

function readRequest(words: readonly string[]): readonly Reading[] {
  const found: Reading[] = []
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? ''
    const take = () => words[at++] ?? ''
    if (word === 'hdr') found.push(word, take(), readFormat(take()))
    else if (/^(?:meth|uri|ver)$/.test(word)) found.push(word, take())
    else throw new SyntaxError(`an unknown word of http-check send: ${word}`)
  }
  return found
}

function readServer([address = '', ...words]: readonly string[]): readonly Reading[] {
  // HAProxy looks for environment variables in an address, whatever its quotes.
  if (address.includes('$')) throw new SyntaxError(`a variable in an address: ${address}`)
  const found: Reading[] = [address]
  for (let at = 0; at < words.length; ) {
    const option = words[at++] ?? ''
    const length = SERVER_OPTIONS[option]
    if (length === undefined) throw new SyntaxError(`an unknown option of a server: ${option}`)
    const value = length === 0 ? undefined : words[at++]
    if (value === undefined) found.push(option)
    else if (option === 'sni') found.push(option, readSample(value))
    // It is a hash of the name.
    else found.push(option, option === 'id' ? '#' : value)
  }
  return found
}

function readWords(words: readonly string[], kinds: readonly Kind[]): readonly Reading[] {
  if (words.length < kinds.length) throw new SyntaxError(`too few words: ${words.join(' ')}`)
  return words.map((word, index) => {
    switch (kinds[index]) {
      case 'format':
        return readFormat(word)
      case 'expression':
        return readSample(word)
      case 'pattern':
        // So many segments are taken off as the route's prefix has.
        return inOrder('pattern', readExpression(word).replace(/\{\d+\}/, '{#}'))
      case 'replacement':
        return readReplacement(word)
      default:
        return withoutDigest(word)
    }
  })
}

/** `if` or `unless`, then names, each perhaps behind `!`, `or`, and tests between braces. */
function readCondition([keyword, ...words]: readonly string[]): readonly Reading[] {
  if (keyword === undefined) return []
  if (keyword !== 'if' && keyword !== 'unless') throw new SyntaxError(`no condition: ${keyword}`)
  const found: Reading[] = [keyword]
  for (let at = 0; at < words.length; ) {
    const word = words[at++] ?? ''
    if (word !== '{' && word !== '!{') {
      found.push(word)
      continue
    }
    // The first such word ends it, whatever it was meant for.
    const end = words.indexOf('}', at)
    if (end < 0) throw new SyntaxError('a brace is not closed')
    found.push(inOrder(word, readTest(words.slice(at, end))))
    at = end + 1
  }
  return found
}

/** A sample expression, flags, and patterns. */
function readTest([expression = '', ...words]: readonly string[]): Reading {
  const flags: string[] = []
  let method = ''
  let at = 0
  while ((words[at] ?? '').startsWith('-')) {
    const flag = words[at++] ?? ''
    flags.push(flag)
    if (flag === '--') break
    if (flag === '-m') {
      method = words[at++] ?? ''
      flags.push(method)
    } else if (flag !== '-i') throw new SyntaxError(`an unknown flag: ${flag}`)
  }
  const patterns = words.slice(at)
  return inOrder(
    readSample(expression),
    inOrder(...flags),
    inOrder(...(method === 'reg' ? patterns.map((each) => readExpression(each)) : patterns)),
  )
}

/** `fetch(argument),converter(argument)`. */
function readSample(expression: string): Reading {
  const calls: Reading[] = []
  let rest = expression
  for (;;) {
    const name = /^[A-Za-z0-9_.-]+/.exec(rest)?.[0]
    if (name === undefined) throw new SyntaxError(`no sample expression: ${expression}`)
    rest = rest.slice(name.length)
    const { found, end } = rest.startsWith('(') ? readArguments(rest) : { found: [], end: 0 }
    calls.push(inOrder(name, ...found.map(withoutDigest)))
    rest = rest.slice(end)
    if (rest === '') return inOrder(...calls)
    if (!rest.startsWith(',')) throw new SyntaxError(`no sample expression: ${expression}`)
    rest = rest.slice(1)
  }
}

/** Between brackets: commas split, quotes hold together, a backslash takes the meaning of what follows. */
function readArguments(text: string): { found: readonly string[]; end: number } {
  const found = ['']
  let quote = ''
  for (let at = 1; at < text.length; at++) {
    const character = text[at] ?? ''
    const last = found.length - 1
    if (quote === '' && character === ')') return { found, end: at + 1 }
    if (quote === '' && character === ',') found.push('')
    else if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
    else if (quote !== "'" && character === '\\') found[last] += text[++at] ?? ''
    else found[last] += character
  }
  throw new SyntaxError(`a bracket is not closed: ${text}`)
}

/** A log-format: texts, and expressions between `%[` and `]`. `%%` is one; any other `%` is a variable. */
function readFormat(format: string): Reading {
  const found: Reading[] = []
  let text = ''
  for (let at = 0; at < format.length; at++) {
    if (format[at] !== '%') {
      text += format[at]
      continue
    }
    if (format[at + 1] === '%') {
      text += format[++at]
      continue
    }
    if (format[at + 1] !== '[') throw new SyntaxError(`a variable in a format: ${format}`)
    const end = expressionEnd(format, at + 2)
    found.push(text, readSample(format.slice(at + 2, end)))
    text = ''
    at = end
  }
  return inOrder('format', ...found, text)
}

/** The bracket that closes an expression: one within quotes does not. */
function expressionEnd(format: string, from: number): number {
  let quote = ''
  for (let at = from; at < format.length; at++) {
    const character = format[at] ?? ''
    if (quote === '' && character === ']') return at
    if (character === '\\') at++
    else if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) quote = character
  }
  throw new SyntaxError(`an expression is not closed: ${format}`)
}

/** A format whose text is read once more: a backslash and a digit stand for what a group had. */
function readReplacement(word: string): Reading {
  const format = readFormat(word)
  const parts = typeof format === 'string' ? [format] : format.of
  return inOrder(
    ...parts.map((part) => (typeof part === 'string' ? inOrder(...readGroups(part)) : part)),
  )
}

function readGroups(text: string): readonly Reading[] {
  const found: Reading[] = []
  let literal = ''
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1] ?? ''
    if (text[at] !== '\\') literal += text[at]
    else if (next === 'x') throw new SyntaxError('a byte by its number')
    else if (/[0-9]/.test(next)) {
      found.push(literal, inOrder('group', next))
      literal = ''
      at++
    } else {
      literal += next
      at++
    }
  }
  return [...found, literal]
}

/** Names that are hashes of what they name. */
function withoutDigest(word: string): string {
  return word
    .replace(/^((?:zoogate\/)?(?:fastcgi|rate|cache)-)[0-9a-f]{16}$/, '$1#')
    .replace(/^(service-[a-z0-9-]+\.)[0-9a-f]{16}(\.all)?$/, '$1#$2')
}
