import type { Endpoint } from '../../../model/view/view.ts'
import type { EngineContext } from '../../engine.ts'
import type { LiveText } from '../../native/with-native.ts'
import { runCommands } from '../control/command-socket.ts'
import { LiveServers, type Target } from '../control/live.ts'
import { changesTo } from '../control/server-changes.ts'
import { parseServersState } from '../control/servers-state.ts'
import { addressAndPort, adminSocket } from '../render/names.ts'
import { IDLE_POOL } from '../render/server-line.ts'
import { type NativeServer, nativeServers } from './servers.ts'

/** Changes the servers of somebody's own text through the runtime API. */
export function nativeLive({ paths }: Pick<EngineContext, 'paths'>): LiveText {
  const socketPath = adminSocket(paths)
  const servers = new LiveServers(socketPath)
  // It is looked at all the time, and seldom another one.
  let known: { readonly text: string; readonly targets: readonly Target[] } | undefined
  const targetsNow = (text: string): readonly Target[] => {
    if (known?.text !== text) known = { text, targets: targetsOf(text) }
    return known.targets
  }
  return {
    apply: (text) => servers.applyTo(async () => targetsNow(text)),
    async has(text) {
      const targets = targetsNow(text)
      if (targets.length === 0) return true
      const rows = parseServersState(await runCommands(socketPath, ['show servers state']))
      return targets.every(({ backend, changes }) => {
        const leaving = servers.leaving(backend)
        const staying = rows.filter((row) => row.backend === backend && !leaving.has(row.name))
        const { commands, surplus } = changes(staying)
        return commands.length === 0 && surplus.length === 0
      })
    },
    close: () => servers.close(),
  }
}

function targetsOf(text: string): readonly Target[] {
  return [...nativeServers(text).backends].map(([backend, wanted]): Target => {
    const asEndpoints = wanted.map(asEndpoint)
    return {
      backend,
      what: `backend ${backend}`,
      changes: (rows) =>
        changesTo(asEndpoints, backend, rows, (server) => addition(backend, server)),
    }
  })
}

interface Wanted extends Endpoint {
  readonly line: NativeServer
}

function asEndpoint(line: NativeServer): Wanted {
  const { name, address, port, weight, isDisabled } = line
  return { id: name, address, port, weight, state: isDisabled ? 'down' : 'up', line }
}

/** Its words are plain: see `servers.ts`. */
function addition(backend: string, { line }: Wanted): readonly string[] {
  const server = `${backend}/${line.name}`
  const words = [...line.options, 'weight', String(line.weight), ...IDLE_POOL]
  return [
    `add server ${server} ${addressAndPort(line.address, line.port)} ${words.join(' ')}`,
    ...(line.isChecked ? [`enable health ${server}`] : []),
    ...(line.isDisabled ? [] : [`set server ${server} state ready`]),
  ]
}
