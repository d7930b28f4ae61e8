import { runCommands } from './command-socket.ts'
import { parseServersState, type ServerRow } from './servers-state.ts'

/**
 * What a new worker cannot know from its files: that a server is draining, with the weight that it
 * will have again (its line says weight 0), and that a server fails its checks (a new worker takes
 * all for healthy until so many checks have failed again). Pure: the commands that tell it.
 */
export function carriedOver(
  before: readonly ServerRow[],
  after: readonly ServerRow[],
): readonly string[] {
  const former = new Map(before.map((row) => [`${row.backend}/${row.name}`, row]))
  return after.flatMap((row) => {
    const server = `${row.backend}/${row.name}`
    const known = former.get(server)
    if (known?.address !== row.address || known.port !== row.port) return []
    const drained = known.admin === 'drain' && row.admin === 'ready' && row.weight === 0
    // Without a check of its own it would never come back.
    const failing = known.health === 'failing' && row.checked && row.admin !== 'maint'
    return [
      ...(drained ? [`set server ${server} state drain`] : []),
      ...(drained ? [`set server ${server} weight ${known.weight}`] : []),
      ...(failing ? [`set server ${server} health down`] : []),
    ]
  })
}

/** Runs a reload so that the new worker takes over what the former knew of its servers. */
export async function carryingOver(socketPath: string, reload: () => Promise<void>): Promise<void> {
  const before = await readRows(socketPath)
  await reload()
  const commands = carriedOver(before, await readRows(socketPath))
  // Not having it costs little: the agent compares what HAProxy has, and checks go on.
  if (commands.length > 0) await runCommands(socketPath, commands).catch(() => {})
}

async function readRows(socketPath: string): Promise<readonly ServerRow[]> {
  try {
    return parseServersState(await runCommands(socketPath, ['show servers state']))
  } catch {
    return []
  }
}
