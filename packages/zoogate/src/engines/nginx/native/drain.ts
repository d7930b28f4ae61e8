import { basename } from 'node:path'
import type { LuaModule } from '../lua/lua-module.ts'
import { type Directive, directive } from '../render/directive.ts'
import { scanAll } from './scan.ts'

/** What makes clients leave the old workers of a text's servers before a reload (see `drain-window.ts`). */
export interface NativeDrain {
  /** Before the text. */
  readonly modules: readonly Directive[]
  /** Within its `http`. */
  readonly settings: string
}

/**
 * nginx has no setting by which somebody else's servers and locations tell clients to close, but in Lua, which every
 * server inherits: the header is added to nginx's own, of which `close` counts (RFC 9112, 9.3). WebSockets are
 * tunnels, and HTTP/2 has an end of its own. Undefined: the text has its own Lua at that place, or loads a
 * part of the module alone.
 * @param textsOf the texts of the files that a pattern of `include` names
 */
export function nativeDrain(
  text: string,
  { modules }: LuaModule,
  flagFile: string,
  textsOf: (pattern: string) => readonly string[],
): NativeDrain | undefined {
  const directives = [text, ...includedTexts(text, textsOf)].flatMap((each) => scanAll(each))
  if (directives.some(({ words }) => /^server_rewrite_by_lua/.test(words[0] ?? '')))
    return undefined
  const loaded = new Set(
    directives
      .filter(({ words }) => words[0] === 'load_module')
      .map(({ words }) => basename(words[1] ?? '')),
  )
  const missing = modules.filter((file) => !loaded.has(basename(file)))
  if (missing.length > 0 && missing.length < modules.length) return undefined
  return {
    modules: missing.map((file) => directive('load_module', file)),
    settings: `server_rewrite_by_lua_block {
  if ngx.var.http_upgrade or (ngx.req.http_version() or 1) >= 2 then return end
  local flag = io.open(${luaString(flagFile)})
  if flag then
    flag:close()
    ngx.header["Connection"] = "close"
  end
}
`,
  }
}

function includedTexts(
  text: string,
  textsOf: (pattern: string) => readonly string[],
): readonly string[] {
  return scanAll(text).flatMap(({ words }) =>
    words[0] === 'include' ? textsOf(words[1] ?? '') : [],
  )
}

/** A string of Lua (5.1, 2.1): bytes that are not plain by their numbers, so that nginx finds no brace in it. */
function luaString(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    const character = String.fromCharCode(byte)
    return /[A-Za-z0-9_./-]/.test(character) ? character : `\\${String(byte).padStart(3, '0')}`
  })
  return `"${bytes.join('')}"`
}
