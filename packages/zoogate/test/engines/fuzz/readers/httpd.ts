import type { RenderedFiles } from '../../../../src/engines/engine.ts'
import { parseHttpd, type Read } from '../../httpd/httpd-grammar.ts'
import { linesOf, readJson, readTable } from './plain.ts'
import { inAnyOrder, inOrder, type Reading } from './reading.ts'
import { readExpression } from './regular-expression.ts'

/**
 * httpd's files as httpd reads them, written from its documentation (2.4): what mod_rewrite expands
 * and what it matches, which words of mod_headers are formats and which expressions, and what is in
 * those (expr.html).
 */
export function readHttpd(files: RenderedFiles): Reading {
  return inAnyOrder([...files].map(([name, text]) => inOrder(name, readFile(name, text))))
}

/** What the command line defines: see `program.ts`. */
const DEFINED = { ZOOGATE_RUNTIME: '/runtime/', ZOOGATE_SECRET: 'secret' }

function readFile(name: string, text: string): Reading {
  if (name.endsWith('.conf')) return inOrder(...parseHttpd(text, DEFINED).map(readDirective))
  if (name.endsWith('.json')) return readJson(text)
  if (name.endsWith('.users')) return readTable(text, /:(.*)/)
  // Who stands in which line is a matter of hashes.
  if (name.endsWith('.buckets.map')) return inAnyOrder(distinct(text.split('\n').map(secondWord)))
  if (name.endsWith('.map')) return readTable(withoutDigests(text), ' ')
  return linesOf(text)
}

function secondWord(line: string): string {
  return line.split(' ')[1] ?? ''
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

function readDirective({ name, words, inner }: Read): Reading {
  const shown = inOrder(name, ...readWords(name, words))
  return inner === undefined ? shown : inOrder(shown, ...inner.map(readDirective))
}

function readWords(name: string, words: readonly string[]): readonly Reading[] {
  switch (name) {
    case 'RewriteCond': {
      const [test = '', pattern = '', flags = ''] = words
      const isExpression = test === 'expr'
      return [
        readExpanded(test),
        isExpression ? readCondition(pattern) : readPattern(pattern),
        flags,
      ]
    }
    case 'RewriteRule': {
      const [pattern = '', target = '', flags = ''] = words
      return [readPattern(pattern), readExpanded(target), readFlags(flags)]
    }
    case 'Header':
    case 'RequestHeader':
      return readHeader(words)
    case 'SetEnvIf':
      return words.map((word, index) => (index === 1 ? readPattern(word) : word))
    case 'If':
    case 'ElseIf':
      return words.map(readCondition)
    case 'AuthName':
      return words.map(readText)
    case 'SetEnvIfExpr':
      return words.map((word, index) => (index === 0 ? readCondition(word) : word))
    default:
      return words.map(readWord)
  }
}

/** Of a balancer's member: a digest of its endpoints. */
function readWord(word: string): Reading {
  if (word.startsWith('expr=')) return inOrder('expr', readCondition(word.slice('expr='.length)))
  return word.replace(/^redirect=~[0-9a-f]{24}$/, 'redirect=~#')
}

/** A regular expression, or not one. These at its begin would be comparisons and tests. */
function readPattern(pattern: string): Reading {
  if (/^!?-[dfsx]$/.test(pattern)) return inOrder('file', pattern)
  const isNegated = pattern.startsWith('!')
  const expression = isNegated ? pattern.slice(1) : pattern
  if (/^[-=<>]|^$/.test(expression)) throw new SyntaxError(`no expression: ${pattern}`)
  return inOrder(isNegated ? 'not' : 'is', readExpression(expression))
}

/** `[NC,E=name:text]`: nothing escapes a comma. */
function readFlags(flags: string): Reading {
  if (flags === '') return ''
  const [, list] = /^\[(.*)\]$/.exec(flags) ?? []
  if (list === undefined) throw new SyntaxError(`no flags: ${flags}`)
  return inOrder(
    ...list.split(',').map((flag) => {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/.exec(flag) ?? []
      return value === undefined ? name : inOrder(name, readExpanded(value))
    }),
  )
}

/** What mod_rewrite expands: variables, groups, maps. A backslash takes the meaning of what follows. */
function readExpanded(text: string): Reading {
  const found: Reading[] = []
  let literal = ''
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at)
    const [expansion = ''] = /^(?:%\{[^}]*\}|[%$][0-9])/.exec(rest) ?? []
    const map = rest.startsWith('$' + '{') ? mapCall(rest) : ''
    if (expansion !== '' || map !== '') {
      found.push(literal, inOrder('expanded', withoutDigests(expansion + map)))
      literal = ''
      at += (expansion + map).length
    } else if (text[at] === '\\' && at + 1 < text.length) {
      literal += text[at + 1]
      at += 2
    } else literal += text[at++]
  }
  return found.length === 0 ? literal : inOrder(...found, literal)
}

/** Braces may hold others. */
function mapCall(text: string): string {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++
    if (text[at] === '}' && --depth === 0) return text.slice(0, at + 1)
  }
  throw new SyntaxError(`a brace is not closed: ${text}`)
}

function readHeader(words: readonly string[]): readonly Reading[] {
  const [first = ''] = words
  const table = first === 'always' || first === 'onsuccess' ? [first] : []
  const [action = '', name = '', ...rest] = words.slice(table.length)
  const values = { unset: 0, edit: 2, 'edit*': 2 }[action] ?? 1
  const [value = '', replacement = ''] = rest
  const condition = rest.slice(values)
  if (condition.length > 1) throw new SyntaxError(`a word too many: ${words.join(' ')}`)
  return [
    ...table,
    action,
    name,
    ...(values === 1 ? [readValue(value)] : []),
    ...(values === 2 ? [readExpression(value), readFormat(replacement)] : []),
    ...condition.map((word) => {
      if (word === 'early') return word
      if (!word.startsWith('expr=')) throw new SyntaxError(`no condition: ${word}`)
      return readWord(word)
    }),
  ]
}

/** A header's value is an expression if it says so, in any letter case; else a format. */
function readValue(value: string): Reading {
  return /^expr=/i.test(value) ? inOrder('expr', readText(value.slice(5))) : readFormat(value)
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', r: '\r', t: '\t' }

/** mod_headers' format: `parse_misc_string` and `parse_format_tag` in mod_headers.c. */
function readFormat(format: string): Reading {
  const found: Reading[] = []
  let literal = ''
  for (let at = 0; at < format.length; ) {
    if (format[at] === '\\') {
      const meant = ESCAPED[format[at + 1] ?? '']
      literal += meant ?? '\\'
      at += meant === undefined ? 1 : 2
    } else if (format[at] !== '%') literal += format[at++]
    else if (format[at + 1] === '%') {
      literal += '%'
      at += 2
    } else {
      const [variable] = /^%\{[^}]*\}[es]/.exec(format.slice(at)) ?? []
      if (variable === undefined) throw new SyntaxError(`an unknown part of a format: ${format}`)
      found.push(literal, inOrder('variable', variable))
      literal = ''
      at += variable.length
    }
  }
  return inOrder('format', ...found, literal)
}

/** A boolean expression: its strings, regular expressions, variables, and all else word by word. */
function readCondition(expression: string): Reading {
  const found: Reading[] = []
  for (let at = 0; at < expression.length; ) {
    const rest = expression.slice(at)
    const [token = ''] =
      /^(?:\s+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|%\{[^}]*\}|m#[^#]*#\w*|\/(?:[^/\\]|\\.)*\/\w*|[()!]|[^\s'"()%]+)/s.exec(
        rest,
      ) ?? []
    if (token === '') throw new SyntaxError(`no expression: ${expression}`)
    at += token.length
    if (/^['"]/.test(token)) found.push(inOrder('text', readText(token.slice(1, -1))))
    else if (token.trim() !== '') found.push(token)
  }
  return inOrder(...found)
}

/** A text with variables. A backslash takes the meaning of what follows. */
function readText(text: string): Reading {
  const parts = text.match(/\\.|%\{[^}]*\}|[^\\%]+|./gs) ?? []
  const found: Reading[] = []
  let literal = ''
  for (const part of parts) {
    if (part.startsWith('%{')) {
      found.push(literal, inOrder('variable', part))
      literal = ''
    } else literal += part.replace(/^\\(?=.)/s, '')
  }
  return inOrder(...found, literal)
}

/** The keys of shares are digests of them. */
function withoutDigests(text: string): string {
  return text.replace(/\b[0-9a-f]{16}(?=[ .}])/g, '#')
}
