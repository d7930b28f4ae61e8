import { basename, isAbsolute } from 'node:path'
import type { EngineContext, RenderContext } from '../engine.ts'
import { includedFiles } from '../native/included-files.ts'
import type { NativeDialect } from '../native/with-native.ts'
import { askControl, getText } from './control/control-client.ts'
import type { LuaModule } from './lua/lua-module.ts'
import { nativeDrain } from './native/drain.ts'
import { nativeListens } from './native/listens.ts'
import { type ScannedDirective, scanDirectives } from './native/scan.ts'
import { edited, type TextEdit } from './native/text-edits.ts'
import { loadModules, modulePath, STREAM_MODULE } from './program/modules.ts'
import { block, directive, printDirectives } from './render/directive.ts'
import { CONFIGURATION_FILE, CONTROL_PATHS, nginxFiles } from './render/files.ts'

/** Our server, which the text's `http` includes. */
const CONTROL_FILE = 'zoogate-control.conf'

/** What the command line says (see `program.ts`), and nginx takes no second time. */
const OF_THE_COMMAND_LINE: ReadonlySet<string> = new Set([
  ...['daemon', 'master_process', 'pid', 'user'],
])

/** What of this host has a say. */
interface NativeHost {
  /** Whether nginx is started with the stream module. */
  readonly loadsStream: boolean
  /** Where the file of a module is. */
  readonly modulePath: (name: string) => string | undefined
  /** The texts of the files that a pattern of nginx's `include` names, in order. */
  readonly textsOf: (pattern: string) => readonly string[]
}

/**
 * An nginx.conf of somebody's. It stays as it is, line by line, but for what nginx takes once only and
 * the command line says already, and for a server of ours within its `http`.
 * @param lua where this host's nginx has it: clients leave the old workers before a reload
 */
export function nativeDialect(lua?: LuaModule): NativeDialect {
  return {
    render(text, _view, context) {
      const host = thisHost()
      const { errorLog, drainFlag } = nginxFiles(context.paths)
      const drain = lua === undefined ? undefined : nativeDrain(text, lua, drainFlag, host.textsOf)
      const before = printDirectives(drain?.modules ?? []).replaceAll('\n', ' ')
      return new Map([
        [CONFIGURATION_FILE, before + nativeConfiguration(text, errorLog, host)],
        [CONTROL_FILE, controlServer(context) + (drain?.settings ?? '')],
      ])
    },
    listens: nativeListens,
    servedGeneration: async ({ paths }: EngineContext) => {
      const { controlSocket } = nginxFiles(paths)
      const text = await getText(
        (request) => askControl(controlSocket, request),
        CONTROL_PATHS.generation,
      )
      return text.trim()
    },
  }
}

/**
 * @param errorLog where the agent looks for what a reload complains of, beside where the text wants it
 */
export function nativeConfiguration(text: string, errorLog: string, host: NativeHost): string {
  const directives = scanDirectives(text)
  const http = directives.find(({ words, blockStart }) => words[0] === 'http' && blockStart)
  const include = printDirectives([directive('include', CONTROL_FILE)]).trim()
  const edits: TextEdit[] = directives.flatMap((each) => {
    const replacement = replaced(each, host)
    return replacement === undefined ? [] : [{ start: each.start, end: each.end, replacement }]
  })
  const start = http?.blockStart
  if (start !== undefined) edits.push({ start, end: start, replacement: ` ${include}` })
  const after = [
    directive('error_log', errorLog),
    ...(start === undefined ? [block('http', [directive('include', CONTROL_FILE)])] : []),
  ]
  return edited(text, edits) + printDirectives(after)
}

/** Undefined: it stays. */
function replaced({ words }: ScannedDirective, host: NativeHost): string | undefined {
  const [name = '', argument = ''] = words
  if (OF_THE_COMMAND_LINE.has(name)) return ''
  if (name === 'load_module') return loaded(argument, host)
  if (name !== 'include') return undefined
  // Debian loads modules by files of one line each, the one that is loaded already among them.
  const texts = host.textsOf(argument)
  if (!texts.some((text) => /^\s*load_module\s/m.test(text))) return undefined
  return texts.map((text) => inOneLine(text, host)).join('')
}

/** nginx takes no module twice, and looks for one without a whole path where it has its configuration. */
function loaded(argument: string, host: NativeHost): string | undefined {
  const name = basename(argument)
  if (name === STREAM_MODULE && host.loadsStream) return ''
  const path = isAbsolute(argument) ? undefined : host.modulePath(name)
  return path === undefined ? undefined : printDirectives([directive('load_module', path)]).trim()
}

function inOneLine(text: string, host: NativeHost): string {
  return scanDirectives(text)
    .map((each) => replaced(each, host) ?? text.slice(each.start, each.end))
    .map((each) => `${each.replaceAll('\n', ' ')} `)
    .join('')
}

function controlServer({ paths, generation }: RenderContext): string {
  return printDirectives([
    block('server', [
      directive('listen', `unix:${nginxFiles(paths).controlSocket}`),
      directive('access_log', 'off'),
      directive('keepalive_timeout', 0),
      block(
        ['location', '=', CONTROL_PATHS.generation],
        [directive('default_type', 'text/plain'), directive('return', 200, generation)],
      ),
      block(['location', '=', CONTROL_PATHS.connections], [directive('stub_status')]),
    ]),
  ])
}

function thisHost(): NativeHost {
  return {
    loadsStream: loadModules([STREAM_MODULE]).length > 0,
    modulePath,
    textsOf: (pattern) => includedFiles(pattern).map(({ text }) => text),
  }
}
