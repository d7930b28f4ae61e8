import {
  countOf,
  distinctListeners,
  type ImportedListener,
  type NativeImport,
  type Referred,
} from '../../native/native-import.ts'
import { placesOf, wordsOfLine } from '../validate/bind-places.ts'

const SECTION =
  /^(global|defaults|frontend|backend|listen|userlist|peers|resolvers|cache|program|ring|mailers|http-errors|fcgi-app|log-forward)$/

/** Keywords that a file follows, in whatever line they stand. */
const FILE_KEYWORDS: ReadonlySet<string> = new Set([
  ...['-f', 'ca-file', 'ca-base', 'crl-file', 'crt', 'crt-base', 'crt-list', 'lua-load'],
  ...['lua-load-per-thread', 'server-state-file', 'server-state-base', 'ssl-dh-param-file'],
])

const DRAINS = /^\s*(no\s+)?option\s+idle-close-on-response\b/m
const NO_DRAIN =
  'there is no option idle-close-on-response: in defaults, it lets clients of HTTP finish before a reload closes their connections'

/** A haproxy.cfg. Nothing of it has to be changed. */
export const nativeImport: NativeImport = {
  likeness: (text) =>
    countOf(text, /^(global|defaults|(frontend|backend|listen)\s+\S+)\s*(#.*)?$/gm) * 3,
  read(text) {
    const found: Omit<ImportedListener, 'name'>[] = []
    const refers: Referred[] = []
    let section = ''
    let mode = 'http'
    let defaultMode = 'http'
    for (const [index, line] of text.split('\n').entries()) {
      const words = wordsOfLine(line)
      const [keyword = '', ...rest] = words
      if (SECTION.test(keyword)) {
        section = keyword
        if (section === 'defaults') defaultMode = 'http'
        mode = defaultMode
      } else if (keyword === 'mode') {
        mode = rest[0] ?? 'http'
        if (section === 'defaults') defaultMode = mode
      }
      if (keyword === 'bind') found.push(...listenersOf(rest, mode))
      refers.push(...filesOf(words).map((file) => ({ line: index + 1, ...file })))
    }
    const relative = refers.filter(({ path }) => !path.startsWith('/'))
    const paths = relative.map(
      ({ line, path }) =>
        `line ${line}: ${path} is looked for where HAProxy is started: write the whole path`,
    )
    const notes = [...paths, ...(DRAINS.test(text) ? [] : [NO_DRAIN])]
    return { text, listeners: distinctListeners(found), refers, notes }
  },
}

function filesOf(words: readonly string[]): readonly Omit<Referred, 'line'>[] {
  const [first = ''] = words
  const maps = words.flatMap((word) => {
    const path = /\bmap(?:_[a-z]+)?\(([^,)]+)/.exec(word)?.[1]
    return path === undefined ? [] : [{ name: 'map', path }]
  })
  if (first === 'errorfile') return [{ name: first, path: words[2] ?? '' }]
  return [
    ...words.flatMap((word, index) => {
      const path = words[index + 1]
      return FILE_KEYWORDS.has(word) && path !== undefined ? [{ name: word, path }] : []
    }),
    ...maps,
  ]
}

/** `:80,[::1]:443 ssl crt …`; unix sockets and descriptors are left out. */
function listenersOf(
  [places = '', ...settings]: readonly string[],
  mode: string,
): readonly Omit<ImportedListener, 'name'>[] {
  const encrypted = settings.includes('ssl')
  const protocol = mode === 'tcp' ? (encrypted ? 'TLS' : 'TCP') : encrypted ? 'HTTPS' : 'HTTP'
  return placesOf(places).map((place) => ({ ...place, protocol }))
}
