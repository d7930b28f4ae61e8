import { fileURLToPath } from 'node:url'

/**
 * The built entry of a supervisor. Seen from `src` and from `dist` it lies at the same place, so that
 * tests on the sources start what users start.
 */
const ENTRY = fileURLToPath(new URL('../../dist/supervisor/main.js', import.meta.url))

/** How a supervisor of a node's folder is started: small, without the rest of the command line. */
export function supervisorCommand(folder: string): readonly string[] {
  return [process.execPath, ENTRY, '--folder', folder]
}
