import { isIP } from 'node:net'
import { wordsOfLine } from '../validate/bind-places.ts'

/** A `server` line that the runtime API can do as well as the file. */
export interface NativeServer {
  readonly name: string
  readonly address: string
  readonly port: number
  readonly weight: number
  readonly isDisabled: boolean
  readonly isChecked: boolean
  /** But for the weight and `disabled`. */
  readonly options: readonly string[]
}

export interface NativeServers {
  /** By backend, those backends whose servers can change live. */
  readonly backends: ReadonlyMap<string, readonly NativeServer[]>
  /** Every line but those servers. */
  readonly rest: string
}

/** Options that `add server` takes, with so many words behind them, and that mean the same there. */
const OPTIONS: Readonly<Record<string, 0 | 1>> = {
  ...{ check: 0, disabled: 0, backup: 0, 'send-proxy': 0, 'send-proxy-v2': 0 },
  ...{ weight: 1, maxconn: 1, inter: 1, fastinter: 1, downinter: 1, rise: 1, fall: 1 },
}
/** Algorithms under which servers come and go (management guide, `add server`). */
const DYNAMIC: ReadonlySet<string> = new Set(['roundrobin', 'leastconn', 'random', 'first'])
/** Of a backend, or of what it inherits: they add to its server lines, or name servers. */
const OTHERS: ReadonlySet<string> = new Set([
  ...['default-server', 'server-template', 'use-server', 'cookie', 'dispatch', 'hash-type'],
  ...['load-server-state-from-file'],
])
/** What makes lines depend on something else, or names servers anywhere. */
const NOT_PLAIN = /^\s*\.(if|el|end)|\bsrv_\w+\(|\btrack\s/m

const SECTION =
  /^(global|defaults|frontend|backend|listen|userlist|peers|resolvers|cache|program|ring|mailers|http-errors|fcgi-app|log-forward)$/

/**
 * The servers of a text whose lines can change without a reload. A backend counts where all of its server lines
 * say an address and options that a server which is added at run time may have, and nothing else
 * in it or in what it inherits has a say on them. Where one thing is not known, none counts. Pure.
 */
export function nativeServers(text: string): NativeServers {
  const none = { backends: new Map(), rest: text }
  if (NOT_PLAIN.test(text)) return none
  const backends = new Map<string, Map<string, NativeServer> | undefined>()
  const lines = text.split('\n').map((line) => ({ line, words: wordsOfLine(line), backend: '' }))
  let section = ''
  let backend = ''
  for (const each of lines) {
    const [keyword = '', first = ''] = each.words
    if (SECTION.test(keyword)) {
      section = keyword
      backend = keyword === 'backend' || keyword === 'listen' ? first : ''
      // A name twice is the checker's to complain of.
      if (backend !== '') backends.set(backend, backends.has(backend) ? undefined : new Map())
      continue
    }
    const isOther =
      OTHERS.has(keyword) || (keyword === 'balance' && !DYNAMIC.has(first.replace(/\(.*/, '')))
    if (isOther && section === 'defaults') return none
    if (backend === '') continue
    if (isOther) backends.set(backend, undefined)
    if (keyword !== 'server') continue
    each.backend = backend
    const known = backends.get(backend)
    const server = serverOf(each.words)
    if (server === undefined || known?.has(server.name)) backends.set(backend, undefined)
    else known?.set(server.name, server)
  }
  const live = new Map(
    [...backends].flatMap(([name, servers]) => (servers ? [[name, [...servers.values()]]] : [])),
  )
  const rest = lines.filter((each) => !live.has(each.backend)).map(({ line }) => line)
  return { backends: live, rest: rest.join('\n') }
}

const PLAIN = /^[A-Za-z0-9_.:[\]/-]+$/

function serverOf([, name = '', place = '', ...words]: readonly string[]):
  | NativeServer
  | undefined {
  const [, written = '', port = ''] = /^(?:ipv[46]@)?(.*):([0-9]{1,5})$/.exec(place) ?? []
  const address = written.replace(/^\[(.*)\]$/, '$1')
  if (isIP(address) === 0 || ![name, ...words].every((word) => PLAIN.test(word))) return undefined
  const options: string[] = []
  let weight = 1
  let isDisabled = false
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? ''
    const count = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined
    const values = words.slice(at + 1, at + 1 + (count ?? 0))
    if (count === undefined || values.length < count) return undefined
    at += count
    if (option === 'weight') weight = Number(values[0])
    else if (option === 'disabled') isDisabled = true
    else options.push(option, ...values)
  }
  if (!Number.isInteger(weight) || weight < 0 || weight > 256) return undefined
  const isChecked = options.includes('check')
  return { name, address, port: Number(port), weight, isDisabled, isChecked, options }
}

/**
 * Whether a text becomes another one by the runtime API alone: only servers come, go, move, or change
 * their weight or `disabled`. Pure.
 */
export function isLiveChange(from: string, to: string): boolean {
  if (from === to) return true
  const before = nativeServers(from)
  const after = nativeServers(to)
  if (before.rest !== after.rest || before.backends.size !== after.backends.size) return false
  return [...after.backends].every(([name, servers]) => {
    const former = new Map(before.backends.get(name)?.map((server) => [server.name, server]))
    return servers.every((server) => {
      const known = former.get(server.name)
      return known === undefined || known.options.join(' ') === server.options.join(' ')
    })
  })
}
