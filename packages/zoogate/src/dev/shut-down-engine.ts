import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { SupervisedProcess } from '../supervisor/index.ts'
import { readSupervisorFile } from '../supervisor/supervisor-files.ts'

/** A supervisor that an agent had only just started gets so long to come up and be told. */
const TIMEOUT_MS = 20_000
const POLL_MS = 50

/**
 * Ends the engine of a node's folder and its supervisor, also one that is only starting. Where there
 * is none, nothing happens.
 */
export async function shutDownEngine(folder: string): Promise<void> {
  const deadlineMs = performance.now() + TIMEOUT_MS
  do {
    const file = readFileOrNothing(folder)
    if (file === undefined) return
    await new SupervisedProcess(file.paths, file.program).shutdown()
    if (!supervisorRuns(folder)) return
    await sleep(POLL_MS)
  } while (performance.now() < deadlineMs)
}

function readFileOrNothing(folder: string): ReturnType<typeof readSupervisorFile> | undefined {
  try {
    return readSupervisorFile(folder)
  } catch {
    return undefined
  }
}

/** Is there a process whose arguments are those of this folder's supervisor (proc(5))? */
function supervisorRuns(folder: string): boolean {
  const wanted = `\0--folder\0${folder}\0`
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      return line.endsWith(wanted) && line.includes('/supervisor/main.js')
    } catch {
      return false
    }
  })
}
