import type { RenderedFiles } from '../../../../src/engines/engine.ts'
import type { Directive } from '../../../../src/engines/nginx/render/directive.ts'
import { parseNginx } from '../../nginx/nginx-grammar.ts'
import { linesOf, readJson, readTable } from './plain.ts'
import { inAnyOrder, inOrder, type Reading } from './reading.ts'
import { readExpression } from './regular-expression.ts'

/**
 * nginx's files as nginx reads them, written from its documentation and `ngx_http_script.c`: words are
 * texts with variables in them, but for those of the directives that read none; what begins with `~` in
 * a map is a regular expression. A variable that a `map`, `geo` or `split_clients` defines under a
 * number is replaced by its definition, so that numbers do not matter.
 */
export function readNginx(files: RenderedFiles): Reading {
  return inAnyOrder([...files].map(([name, text]) => inOrder(name, readFile(name, text))))
}

function readFile(name: string, text: string): Reading {
  if (name.endsWith('.conf')) return new Configuration(parseNginx(text)).reading
  if (name.endsWith('.json')) return readJson(text)
  if (name.endsWith('.users')) return readTable(text, /:(.*)/)
  return name.startsWith('balancer/') ? readTable(text, ' ') : linesOf(text)
}

/** Directives of whose words none has variables. */
const LITERAL: ReadonlySet<string> = new Set([
  ...['include', 'listen', 'server_name', 'upstream', 'server', 'zone', 'gzip_types', 'types'],
  ...['proxy_hide_header', 'fastcgi_hide_header', 'set_real_ip_from', 'load_module', 'types'],
  ...['limit_req', 'location', 'lua_package_path', 'lua_shared_dict', 'init_by_lua_file'],
])
/** Of a regular expression alone. */
const EXPRESSIONS: ReadonlySet<string> = new Set(['fastcgi_split_path_info'])
/** Blocks whose lines are no directives, but a text and what it stands for. */
const TABLES: ReadonlySet<string> = new Set(['map', 'geo', 'split_clients', 'types'])
/** The order of these among the others means nothing. */
const UNORDERED: ReadonlySet<string> = new Set([
  'server',
  'location',
  'include',
  'upstream',
  'limit_req_zone',
])
/** But for those that are named after a service. */
const NUMBERED =
  /^\$zoogate_(?!(?:table|target|set_cookie|cookie|chosen|found|answered|hashed)_)[a-z_]+_\d+$/

class Configuration {
  readonly #definitions = new Map<string, Directive>()
  readonly #read = new Map<string, Reading>()
  readonly reading: Reading

  constructor(directives: readonly Directive[]) {
    this.#define(directives)
    this.reading = this.#block(directives)
  }

  #define(directives: readonly Directive[]): void {
    for (const directive of directives) {
      const variable = defined(directive)
      if (variable !== undefined) this.#definitions.set(variable, directive)
      else this.#define(directive.block ?? [])
    }
  }

  #block(directives: readonly Directive[]): Reading {
    const shown = directives.filter((each) => defined(each) === undefined)
    const isUnordered = ({ words: [name = ''], block }: Directive) =>
      UNORDERED.has(name) && (name !== 'server' || block !== undefined)
    return inOrder(
      inOrder(...shown.filter((each) => !isUnordered(each)).map((each) => this.#directive(each))),
      inAnyOrder(shown.filter(isUnordered).map((each) => this.#directive(each))),
    )
  }

  #directive({ words, block }: Directive): Reading {
    const [name = '', ...rest] = words
    const shown = rest.map((word, index) => {
      // Of a zone the key alone has variables.
      if (LITERAL.has(name) || (name === 'limit_req_zone' && index > 0)) return withoutNumbers(word)
      const isPattern =
        EXPRESSIONS.has(name) ||
        (name === 'rewrite' && index === 0) ||
        (name === 'if' && /^~\*?$/.test(rest[index - 1] ?? ''))
      return isPattern ? inOrder('expression', readExpression(word)) : this.#value(word)
    })
    if (block === undefined) return inOrder(name, ...shown)
    if (TABLES.has(name)) return inOrder(name, ...shown, this.#table(name, block))
    return inOrder(name, ...shown, this.#block(block))
  }

  #table(kind: string, lines: readonly Directive[]): Reading {
    return inOrder(
      ...lines.map(({ words: [key = '', ...values] }) =>
        inOrder(
          kind === 'map' ? this.#key(key) : key,
          ...values.map((value) => (kind === 'map' ? this.#value(value) : withoutNumbers(value))),
        ),
      ),
    )
  }

  /** What a map compares with. */
  #key(key: string): Reading {
    if (key.startsWith('~*')) return inOrder('expression in any case', readExpression(key.slice(2)))
    if (key.startsWith('~')) return inOrder('expression', readExpression(key.slice(1)))
    if (['default', 'hostnames', 'volatile', 'include'].includes(key))
      return inOrder('special', key)
    return inOrder('text', key.startsWith('\\') ? key.slice(1) : key)
  }

  /** A text with variables. A dollar before anything else is an error to nginx. */
  #value(word: string): Reading {
    const parts: Reading[] = []
    let text = ''
    for (let at = 0; at < word.length; ) {
      if (word[at] !== '$') {
        text += word[at++]
        continue
      }
      const found = /^\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/.exec(word.slice(at))
      if (found === null) throw new SyntaxError(`a dollar that is no variable: ${word}`)
      at += found[0].length
      const variable = `$${found[1] ?? found[2]}`
      const constant = this.#constant(variable)
      if (constant !== undefined) text += constant
      else {
        parts.push(withoutNumbers(text), this.#variable(variable))
        text = ''
      }
    }
    return parts.length === 0 ? withoutNumbers(text) : inOrder(...parts, withoutNumbers(text))
  }

  /** A `geo` with nothing but a default is a text, taken as it is. */
  #constant(variable: string): string | undefined {
    const { words = [], block = [] } = this.#definitions.get(variable) ?? {}
    const [line] = block
    const isConstant = words[0] === 'geo' && words.length === 2 && block.length === 1
    return isConstant && line?.words[0] === 'default' ? line.words[1] : undefined
  }

  #variable(variable: string): Reading {
    const known = this.#read.get(variable)
    if (known !== undefined) return known
    const definition = this.#definitions.get(variable)
    if (definition === undefined) return inOrder('$', variable.slice(1))
    const { words, block = [] } = definition
    const [kind = '', ...rest] = words.slice(0, -1)
    const read = inOrder(kind, ...rest.map((each) => this.#value(each)), this.#table(kind, block))
    this.#read.set(variable, read)
    return read
  }
}

function defined({ words, block }: Directive): string | undefined {
  const [name = ''] = words
  const last = words.at(-1) ?? ''
  const isDefinition = block !== undefined && name !== 'types' && TABLES.has(name)
  return isDefinition && NUMBERED.test(last) ? last : undefined
}

/** Names of locations and zones are numbered in the order in which they are made. */
function withoutNumbers(text: string): string {
  return text.replace(/\.with\.\d+/g, '.with.#').replace(/(?<=^@?[a-z+.]*)\.\d+$/, '.#')
}
