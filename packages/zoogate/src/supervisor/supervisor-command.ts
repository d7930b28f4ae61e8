import { programFile } from '../package/files.ts'

/** How a supervisor of a node's folder is started: small, without the rest of the command line. */
export function supervisorCommand(folder: string): readonly string[] {
  return [process.execPath, programFile('supervisor'), '--folder', folder]
}
