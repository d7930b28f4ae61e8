import { isAbsolute, join } from 'node:path'
import {
  countOf,
  distinctListeners,
  type ImportedFrom,
  type ImportedListener,
  INCLUDES_DEEP_MAX,
  type NativeImport,
  type Referred,
} from '../../native/native-import.ts'
import { quoteWord } from '../render/directive.ts'
import { listenPlace } from './listen-places.ts'
import { type ScannedDirective, scanAll } from './scan.ts'
import { edited, type TextEdit } from './text-edits.ts'

/** Files that nginx looks for beside its configuration. */
const BESIDE =
  /^(include|auth_basic_user_file|((proxy|grpc|uwsgi)_)?ssl_(certificate|certificate_key|trusted_certificate|client_certificate|crl|dhparam|password_file|session_ticket_key))$/
/** Files and folders that nginx looks for below the folder that it was built for. */
const BELOW_PREFIX =
  /^(root|alias|access_log|error_log|proxy_cache_path|fastcgi_cache_path|\w+_temp_path)$/
/** What is no file, where a file may stand. */
const NO_FILE = /^(off$|on$|data:|engine:|syslog:|stderr$|memory:|\$)/

/**
 * An nginx.conf: what lies beside it is named by its whole path. Files that it includes stay where they are,
 * but for those that name others by where the nginx.conf is, which it no longer is: they are taken in.
 */
export const nativeImport: NativeImport = {
  likeness: (text) =>
    countOf(text, /^\s*(http|events|server|upstream|stream|location\b[^;{]*)\s*\{/gm) * 3 +
    countOf(text, /^\s*(worker_processes|include|proxy_pass|listen|server_name)\b[^;]*;/gm),
  read(original, from) {
    const reader = new Reader(from)
    const text = reader.read(original)
    const { listeners, refers, notes } = reader
    return { text, listeners: distinctListeners(listeners), refers, notes }
  },
}

/** Where the text is that is being read. */
interface Place {
  /** Undefined: the file that is taken in itself. */
  readonly path?: string
  /** Of the include that led to it, in the file that is taken in. */
  readonly line?: number
  readonly isStream: boolean
  readonly depth: number
}

class Reader {
  readonly #from: ImportedFrom
  readonly listeners: Omit<ImportedListener, 'name'>[] = []
  readonly refers: Referred[] = []
  readonly notes: string[] = []

  constructor(from: ImportedFrom) {
    this.#from = from
  }

  /** The same text for another place. */
  read(text: string, place: Place = { isStream: false, depth: 0 }): string {
    const edits: TextEdit[] = []
    const all = scanAll(text)
    for (const each of all) {
      const [name = '', path = ''] = each.words
      const ownLine = text.slice(0, each.start).split('\n').length
      const line = place.line ?? ownLine
      const isStream = place.isStream || isWithin('stream', each, all)
      if (name === 'listen') this.listeners.push(...listenerOf(each.words, isStream))
      if (path === '' || NO_FILE.test(path)) continue
      const where = place.path === undefined ? `line ${line}` : `${place.path} line ${ownLine}`
      const argument = each.places[1]
      if (BESIDE.test(name)) {
        const whole = isAbsolute(path) ? path : join(this.#from.folder, path)
        const deeper = { isStream, line, depth: place.depth + 1 }
        const taken = name === 'include' ? this.#included(whole, deeper) : undefined
        if (taken !== undefined) {
          edits.push({ start: each.start, end: each.end, replacement: taken })
          continue
        }
        this.refers.push({ line, name, path: whole })
        if (whole === path || argument === undefined) continue
        edits.push({ ...argument, replacement: quoteWord(whole) })
        this.notes.push(`${where}: ${name} ${path} is ${whole} now`)
      } else if (name === 'load_module') this.refers.push({ line, name, path })
      else if (BELOW_PREFIX.test(name) && !isAbsolute(path)) {
        const prefix = 'in the folder that nginx was built for (nginx -V, --prefix)'
        this.notes.push(`${where}: ${name} ${path} is looked for ${prefix}: write the whole path`)
      }
    }
    return edited(text, edits)
  }

  /** The texts of what an include names, where they cannot stay where they are. */
  #included(pattern: string, place: Place): string | undefined {
    if (place.depth > INCLUDES_DEEP_MAX) return undefined
    const files = this.#from.included(pattern)
    const texts = files.map((file) => {
      return { ...file, read: this.read(file.text, { ...place, path: file.path }) }
    })
    if (texts.every(({ text, read }) => text === read)) return undefined
    for (const { path } of texts) {
      this.notes.push(
        `line ${place.line}: ${path} is taken in, for what it names beside nginx.conf`,
      )
    }
    return texts.map(({ path, read }) => `# ${oneLine(path)}\n${read.trimEnd()}\n`).join('')
  }
}

function oneLine(path: string): string {
  return path.replace(/\p{Cc}/gu, '?')
}

function isWithin(
  block: string,
  { start }: ScannedDirective,
  all: readonly ScannedDirective[],
): boolean {
  return all.some((each) => each.words[0] === block && each.start < start && start < each.end)
}

/** `listen 80;` `listen [::]:443 ssl;` of a server; within `stream` it is TCP's. */
function listenerOf(
  [, place = '', ...settings]: readonly string[],
  isTcp: boolean,
): readonly Omit<ImportedListener, 'name'>[] {
  const found = listenPlace(place, settings)
  if (found === undefined) return []
  const encrypted = settings.includes('ssl')
  const protocol = isTcp ? (encrypted ? 'TLS' : 'TCP') : encrypted ? 'HTTPS' : 'HTTP'
  return [{ ...found, protocol }]
}
