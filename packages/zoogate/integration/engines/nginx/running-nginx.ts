import { pino } from 'pino'
import { missing } from '../../../../../test/support/requirements.ts'
import type { Engine } from '../../../src/engines/engine.ts'
import { nginx, nginxWithLua } from '../../../src/engines/nginx/index.ts'
import type { View } from '../../../src/model/view/view.ts'
import { type RunningEngine, startEngine } from '../running-engine.ts'

/** How the wait before a reload ended: what was connected then, the time that counted, how often it was looked. */
export interface Drain {
  readonly idle: number
  readonly busy: number
  readonly countedMs: number
  readonly looks: number
}

/** Both ways of balancing, for what they have in common; where the Lua module is not there, one. */
export const NGINX_ENGINES: readonly { readonly name: string; readonly engine: Engine }[] = [
  { name: 'by its own upstreams', engine: nginx },
  ...(missing('nginx-lua') === undefined ? [{ name: 'by Lua', engine: nginxWithLua() }] : []),
]

export interface RunningNginx extends RunningEngine {
  /** Of all reloads so far, as the control's log tells them. */
  readonly drains: readonly Drain[]
}

export async function startNginx(view: View, engine = nginx): Promise<RunningNginx> {
  const drains: Drain[] = []
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        const { drain } = JSON.parse(line)
        if (drain !== undefined) drains.push(drain)
      },
    },
  )
  return Object.assign(await startEngine(engine, view, { log }), { drains })
}
