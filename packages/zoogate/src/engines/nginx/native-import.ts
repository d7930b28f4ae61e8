import { isIP } from 'node:net'
import { isAbsolute, join } from 'node:path'
import {
  countOf,
  distinctListeners,
  type ImportedListener,
  type NativeImport,
  type Referred,
} from '../native/native-import.ts'
import { quoteWord } from './directive.ts'
import { type ScannedDirective, scanAll } from './native-scan.ts'
import { edited, type TextEdit } from './text-edits.ts'

/** Files that nginx looks for beside its configuration. */
const BESIDE =
  /^(include|auth_basic_user_file|((proxy|grpc|uwsgi)_)?ssl_(certificate|certificate_key|trusted_certificate|client_certificate|crl|dhparam|password_file|session_ticket_key))$/
/** Files and folders that nginx looks for below the folder that it was built for. */
const BELOW_PREFIX =
  /^(root|alias|access_log|error_log|proxy_cache_path|fastcgi_cache_path|\w+_temp_path)$/
/** What is no file, where a file may stand. */
const NO_FILE = /^(off$|on$|data:|engine:|syslog:|stderr$|memory:|\$)/

/** An nginx.conf: what lies beside it is named by its whole path. */
export const nativeImport: NativeImport = {
  likeness: (text) =>
    countOf(text, /^\s*(http|events|server|upstream|stream|location\b[^;{]*)\s*\{/gm) * 3 +
    countOf(text, /^\s*(worker_processes|include|proxy_pass|listen|server_name)\b[^;]*;/gm),
  read(text, { folder }) {
    const refers: Referred[] = []
    const notes: string[] = []
    const edits: TextEdit[] = []
    const found: Omit<ImportedListener, 'name'>[] = []
    const all = scanAll(text)
    for (const { words, places, start } of all) {
      const [name = '', path = ''] = words
      const line = text.slice(0, start).split('\n').length
      if (name === 'listen') found.push(...listenerOf(words, start, all))
      if (path === '' || NO_FILE.test(path)) continue
      const place = places[1]
      if (BESIDE.test(name)) {
        const whole = isAbsolute(path) ? path : join(folder, path)
        refers.push({ line, name, path: whole })
        if (whole === path || place === undefined) continue
        edits.push({ ...place, replacement: quoteWord(whole) })
        notes.push(`line ${line}: ${name} ${path} is ${whole} now`)
      } else if (name === 'load_module') refers.push({ line, name, path })
      else if (BELOW_PREFIX.test(name) && !isAbsolute(path)) {
        const where = 'in the folder that nginx was built for (nginx -V, --prefix)'
        notes.push(`line ${line}: ${name} ${path} is looked for ${where}: write the whole path`)
      }
    }
    return { text: edited(text, edits), listeners: distinctListeners(found), refers, notes }
  },
}

/** `listen 80;` `listen [::]:443 ssl;` of a server; within `stream` it is TCP's. */
function listenerOf(
  [, place = '', ...settings]: readonly string[],
  at: number,
  all: readonly ScannedDirective[],
): readonly Omit<ImportedListener, 'name'>[] {
  const [, written = '', port = '80'] = /^(?:(.*):)?([0-9]+)$/.exec(place) ?? ['', place]
  if (/^unix:/.test(place) || settings.includes('udp')) return []
  const bare = written.replace(/^\[(.*)\]$/, '$1')
  const address = ['', '*', '::', '0.0.0.0'].includes(bare) ? '*' : bare
  if (address !== '*' && isIP(address) === 0) return []
  const isTcp = all.some(({ words, start, end }) => words[0] === 'stream' && start < at && at < end)
  const encrypted = settings.includes('ssl')
  const protocol = isTcp ? (encrypted ? 'TLS' : 'TCP') : encrypted ? 'HTTPS' : 'HTTP'
  return [{ address, port: Number(port), protocol }]
}
