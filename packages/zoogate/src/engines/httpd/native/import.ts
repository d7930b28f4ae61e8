import { isAbsolute, join } from 'node:path'
import {
  countOf,
  distinctListeners,
  type ImportedListener,
  INCLUDES_DEEP_MAX,
  type NativeImport,
  type Referred,
} from '../../native/native-import.ts'
import { directive, printDirectives } from '../render/directive.ts'
import { listenPlace } from '../validate/listen-place.ts'

const FILES =
  /^(Include|IncludeOptional|LoadModule|SSL(Certificate|CertificateKey|CertificateChain|CACertificate|CARevocation|ProxyMachineCertificate)File|AuthUserFile|AuthGroupFile|TypesConfig|MIMEMagicFile|LuaHook\w+|RewriteMap)$/i
/** The file is not their first argument. */
const SECOND = /^(LoadModule|RewriteMap)$/i

/** An httpd.conf: Debian's variables are defined, and its folder is named, before it begins. */
export const nativeImport: NativeImport = {
  likeness: (text) =>
    countOf(text, /^\s*<\/?(VirtualHost|Directory|IfModule|Location|Files|Proxy)\b/gim) * 3 +
    countOf(text, /^\s*(Listen|LoadModule|ServerRoot|DocumentRoot|IncludeOptional)\s/gim),
  read(text, { folder, neighbour, included }) {
    const refers: Referred[] = []
    const found: Omit<ImportedListener, 'name'>[] = []
    const loaded = new Set(BUILT_IN)
    let root: string | undefined
    const read = (part: string, depth: number): void => {
      for (const { line, words } of linesThatCount(part, loaded)) {
        const [name = '', first = '', second = ''] = words
        if (/^LoadModule$/i.test(name)) loaded.add(first)
        if (/^ServerRoot$/i.test(name)) root = first
        if (/^Listen$/i.test(name)) found.push(...listenerOf(first, second))
        const path = SECOND.test(name) ? second : first
        // What an included file refers to is with that file.
        if (depth === 0 && FILES.test(name) && path !== '') refers.push({ line, name, path })
        if (!/^Include(Optional)?$/i.test(name) || depth >= INCLUDES_DEEP_MAX) continue
        const whole = isAbsolute(first) ? first : join(root ?? folder, first)
        for (const file of included(whole)) read(file.text, depth + 1)
      }
    }
    read(text, 0)
    const notes: string[] = []
    let before = ''
    if (root === undefined) {
      before += printDirectives([directive('ServerRoot', folder)])
      notes.push(`ServerRoot is ${folder}, where the file was`)
    }
    const variables = debianVariables(text, neighbour('envvars') ?? '')
    for (const [name, value] of variables) {
      before += printDirectives([directive('Define', name, value)])
      notes.push(`\${${name}} is ${value}, as ${folder}/envvars has it`)
    }
    return { text: before + text, listeners: distinctListeners(found), refers, notes }
  },
}

/** Each node has its own: see `native.ts`. */
const OF_THE_NODE: ReadonlySet<string> = new Set([
  ...['APACHE_LOCK_DIR', 'APACHE_PID_FILE', 'APACHE_RUN_DIR'],
])

/** What `apache2ctl` would bring from the environment. Included files may need any of it. */
function debianVariables(text: string, envvars: string): readonly (readonly [string, string])[] {
  if (!/\$\{[A-Z_]+\}|^\s*Include/im.test(text)) return []
  return [...envvars.matchAll(/^export ([A-Z][A-Z0-9_]*)=(\S*)$/gm)]
    .map(([, name = '', value = '']) => [name, value.replace('$SUFFIX', '')] as const)
    .filter(([name, value]) => name.startsWith('APACHE_') && /^[A-Za-z0-9_./:-]+$/.test(value))
    .filter(([name]) => !OF_THE_NODE.has(name))
}

/** What no configuration loads. */
const BUILT_IN = ['core_module', 'so_module', 'http_module', 'log_config_module', 'unixd_module']

/** Those outside of an `<IfModule>` that does not hold, by what was loaded before. */
function* linesThatCount(text: string, loaded: ReadonlySet<string>): ReturnType<typeof linesOf> {
  const open: boolean[] = []
  for (const line of linesOf(text)) {
    const [name = '', first = ''] = line.words
    if (/^<IfModule$/i.test(name)) {
      const [, not, module = ''] = /^(!?)(.*?)>?$/.exec(first) ?? []
      const isLoaded = loaded.has(module.replace(/^mod_(.*)\.c$/, '$1_module'))
      open.push(isLoaded !== (not === '!'))
    } else if (/^<\/IfModule>?$/i.test(name)) open.pop()
    else if (!open.includes(false)) yield line
  }
}

/** Lines that end in a backslash go on in the next. */
function* linesOf(text: string): Generator<{ line: number; words: readonly string[] }> {
  let pending = ''
  let begun = 1
  for (const [index, part] of text.split('\n').entries()) {
    if (pending === '') begun = index + 1
    if (part.endsWith('\\')) {
      pending += part.slice(0, -1)
      continue
    }
    const whole = (pending + part).trim()
    pending = ''
    if (whole === '' || whole.startsWith('#')) continue
    const words = whole.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\S+/g) ?? []
    yield { line: begun, words: words.map((word) => word.replace(/^(["'])(.*)\1$/s, '$2')) }
  }
}

/** `Listen 80`, `Listen [::1]:443 https`. */
function listenerOf(place: string, scheme: string): readonly Omit<ImportedListener, 'name'>[] {
  const found = listenPlace(place)
  if (found === undefined) return []
  const encrypted = scheme.toLowerCase() === 'https' || (scheme === '' && found.port === 443)
  return [{ ...found, protocol: encrypted ? 'HTTPS' : 'HTTP' }]
}
