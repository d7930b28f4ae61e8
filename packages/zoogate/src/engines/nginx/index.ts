import type { Logger } from 'pino'
import type { View } from '../../model/view/view.ts'
import type { Engine } from '../engine.ts'
import { withNative } from '../native/with-native.ts'
import type { Balancing } from './balancing.ts'
import { control } from './control.ts'
import { detect } from './detect.ts'
import { luaBalancing } from './lua/lua-balancing.ts'
import { DEBIAN_LUA, detectLua, type LuaModule } from './lua/lua-module.ts'
import { nativeDialect } from './native.ts'
import { nativeBalancing } from './native-balancing.ts'
import { workersGroup } from './program/worker-user.ts'
import { program } from './program.ts'
import { refusals } from './refusals.ts'
import { render } from './render.ts'
import { validate } from './validate.ts'

/**
 * nginx 1.20 or newer, with what distributions build into it and no more. Every change is a reload,
 * which loses no request of a client that sends two a second or more: see `drain-window.ts`.
 */
export const nginx: Engine = nginxEngine(nativeBalancing)

/** nginx with the Lua module: endpoints change without a reload. */
export function nginxWithLua(module: LuaModule = DEBIAN_LUA): Engine {
  return nginxEngine(luaBalancing(module), module)
}

type Environment = Readonly<Record<string, string | undefined>>

/** `ZOOGATE_NGINX_LUA=off`: nginx balances by its own means, whatever it has. */
export function luaIsAllowed(environment: Environment): boolean {
  return environment['ZOOGATE_NGINX_LUA'] !== 'off'
}

/** With Lua where this host has its module, and it is not forbidden. */
export async function nginxOfThisHost(environment: Environment, log: Logger): Promise<Engine> {
  if (!luaIsAllowed(environment)) return nginx
  const lua = await detectLua()
  if (lua.outcome === 'installed') return nginxWithLua(lua.module)
  if (lua.outcome === 'unusable') {
    const { problem } = lua
    log.warn({ problem }, 'nginx does not take its Lua module: endpoints change by reloads')
  }
  return nginx
}

function nginxEngine(balancing: Balancing, lua?: LuaModule): Engine {
  const { serviceFiles, extra } = balancing
  const rendered: Engine = {
    name: 'nginx',
    healthChecks: 'agent',
    features: balancing.features,
    reasons: balancing.reasons,
    ...(extra === undefined ? {} : { extra }),
    refusals: (view) => refusals(view, balancing),
    detect,
    render: (view, context) => render(view, context, balancing),
    ...(serviceFiles === undefined
      ? {}
      : {
          renderService: ({ services }: View, name: string) => {
            const pool = services.get(name)
            return pool === undefined ? new Map() : serviceFiles(pool)
          },
        }),
    plan: balancing.plan,
    program,
    workersGroup: (paths) => workersGroup(paths),
    validate,
    control: (context) => control(context, balancing),
  }
  return withNative(rendered, nativeDialect(lua))
}
