import { isIP } from 'node:net'
import {
  countOf,
  distinctListeners,
  type ImportedListener,
  type NativeImport,
  type Referred,
} from '../native/native-import.ts'
import { directive, printDirectives } from './directive.ts'

const FILES =
  /^(Include|IncludeOptional|LoadModule|SSL(Certificate|CertificateKey|CertificateChain|CACertificate|CARevocation|ProxyMachineCertificate)File|AuthUserFile|AuthGroupFile|TypesConfig|MIMEMagicFile|LuaHook\w+|RewriteMap)$/i
/** The file is not their first argument. */
const SECOND = /^(LoadModule|RewriteMap)$/i

/** An httpd.conf: Debian's variables are defined, and its folder is named, before it begins. */
export const nativeImport: NativeImport = {
  likeness: (text) =>
    countOf(text, /^\s*<\/?(VirtualHost|Directory|IfModule|Location|Files|Proxy)\b/gim) * 3 +
    countOf(text, /^\s*(Listen|LoadModule|ServerRoot|DocumentRoot|IncludeOptional)\s/gim),
  read(text, { folder, neighbour }) {
    const refers: Referred[] = []
    const found: Omit<ImportedListener, 'name'>[] = []
    let hasRoot = false
    for (const { line, words } of linesOf(text)) {
      const [name = '', first = '', second = ''] = words
      if (/^ServerRoot$/i.test(name)) hasRoot = true
      if (/^Listen$/i.test(name)) found.push(...listenerOf(first, second))
      const path = SECOND.test(name) ? second : first
      if (FILES.test(name) && path !== '') refers.push({ line, name, path })
    }
    const notes: string[] = []
    let before = ''
    if (!hasRoot) {
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
  const [, written = '', port = ''] = /^(?:(.*):)?([0-9]+)$/.exec(place) ?? []
  const bare = written.replace(/^\[(.*)\]$/, '$1')
  const address = ['', '*', '::', '0.0.0.0'].includes(bare) ? '*' : bare
  if (port === '' || (address !== '*' && isIP(address) === 0)) return []
  const encrypted = scheme.toLowerCase() === 'https' || (scheme === '' && port === '443')
  return [{ address, port: Number(port), protocol: encrypted ? 'HTTPS' : 'HTTP' }]
}
