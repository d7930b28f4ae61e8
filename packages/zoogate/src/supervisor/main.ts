import { parseArgs } from 'node:util'
import { SUPERVISOR_EXIT_CODES } from '../engines/inherit/supervisor-exit.ts'
import { runSupervisor } from './supervisor.ts'
import { messageOf, SupervisorError } from './supervisor-error.ts'

/** The program of a supervisor process: `main.js --folder FOLDER [--started-by-engine]`. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { folder: { type: 'string' }, 'started-by-engine': { type: 'boolean' } },
  })
  if (values.folder === undefined) {
    process.stderr.write('supervisor: --folder is missing\n')
    return SUPERVISOR_EXIT_CODES.failed
  }
  const startedBy = values['started-by-engine'] === true ? 'engine' : 'none'
  try {
    await runSupervisor({ folder: values.folder, startedBy })
    return SUPERVISOR_EXIT_CODES.stopped
  } catch (error) {
    process.stderr.write(`supervisor: ${messageOf(error)}\n`)
    if (!(error instanceof SupervisorError)) return SUPERVISOR_EXIT_CODES.failed
    if (error.code === 'SUPERVISOR_LOCKED') return SUPERVISOR_EXIT_CODES.locked
    if (error.code === 'SUPERVISOR_FILE_INVALID') return SUPERVISOR_EXIT_CODES.noFolder
    return SUPERVISOR_EXIT_CODES.failed
  }
}

// An IPC channel to an engine would keep a supervisor alive that has nothing left to do.
process.exit(await main())
