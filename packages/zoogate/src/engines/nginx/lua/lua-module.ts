import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../../shared/run-program.ts'
import { nginxArguments } from '../program.ts'
import { block, directive, printDirectives } from '../render/directive.ts'

/** Where a host has nginx's Lua module, and the libraries that it comes with. */
export interface LuaModule {
  /** In the order in which they are loaded. */
  readonly modules: readonly string[]
  /** Patterns of Lua's `package.path`. */
  readonly libraries: readonly string[]
}

/** Debian's package, which brings libnginx-mod-http-ndk and lua-resty-core. */
export const LUA_PACKAGE = 'libnginx-mod-http-lua'

export const DEBIAN_LUA: LuaModule = {
  modules: [
    '/usr/lib/nginx/modules/ndk_http_module.so',
    '/usr/lib/nginx/modules/ngx_http_lua_module.so',
  ],
  libraries: ['/usr/share/lua/5.1/?.lua'],
}

/** What the balancer is built on, of lua-resty-core. */
const LIBRARY = '/usr/share/lua/5.1/ngx/balancer.lua'

const TIMEOUT_MS = 5_000

/** `installed`: usable. `absent`: not there. Else nginx does not take it, and says why. */
export type LuaDetection =
  | { readonly outcome: 'installed'; readonly module: LuaModule }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'unusable'; readonly problem: string }

/**
 * Whether this host's nginx has the Lua module. The files may be of another version of nginx than the
 * one that is there; so nginx itself is asked, by its checker.
 */
export async function detectLua(module: LuaModule = DEBIAN_LUA): Promise<LuaDetection> {
  if (![...module.modules, LIBRARY].every((file) => existsSync(file))) return { outcome: 'absent' }
  const folder = await mkdtemp(join(tmpdir(), 'zoogate-nginx-lua-'))
  try {
    const configuration = [
      ...module.modules.map((file) => directive('load_module', file)),
      block('events', []),
      block('http', [directive('lua_package_path', `${module.libraries.join(';')};;`)]),
    ]
    await writeFile(join(folder, 'nginx.conf'), printDirectives(configuration))
    const args = nginxArguments(folder, join(folder, 'error.log'), [
      directive('pid', join(folder, 'nginx.pid')),
    ])
    const { outcome, output } = await runProgram('nginx', ['-t', ...args], TIMEOUT_MS)
    if (outcome === 'passed') return { outcome: 'installed', module }
    return { outcome: 'unusable', problem: output.slice(0, 500) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
