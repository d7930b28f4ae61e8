import { BadVersionError, NodeExistsError, NoNodeError } from '../errors/server-errors.ts'

/** Whether a conditional write was refused since somebody made, changed or deleted the znode after it was read. */
export function isOvertaken(error: unknown): boolean {
  return (
    error instanceof BadVersionError ||
    error instanceof NodeExistsError ||
    error instanceof NoNodeError
  )
}
