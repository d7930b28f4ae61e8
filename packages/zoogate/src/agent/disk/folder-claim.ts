import { join } from 'node:path'
import { type FolderLock, lockFolder } from '../../supervisor/folder-lock.ts'
import { SupervisorError } from '../../supervisor/supervisor-error.ts'
import { AgentError } from '../agent-error.ts'

/**
 * Makes this process the only agent in a node's folder. A claim left behind by a process that is no
 * more is taken over.
 * @throws AgentError `AGENT_FOLDER_TAKEN`
 */
export function claimFolder(folder: string): FolderLock {
  try {
    return lockFolder(join(folder, 'agent.lock'))
  } catch (error) {
    if (!(error instanceof SupervisorError) || error.code !== 'SUPERVISOR_LOCKED') throw error
    throw new AgentError(
      'AGENT_FOLDER_TAKEN',
      `another agent works in ${folder} (${error.message}): stop it, or use another --folder`,
      { cause: error },
    )
  }
}
