import { constants } from 'node:os'

/** How a program ended. */
export interface ProgramExit {
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
  /** It could not be started at all: why. */
  readonly startError?: string
}

/** The exit code that a shell would give: 128 + the signal's number for one that was killed. */
export function exitCodeOf({ code, signal }: ProgramExit): number {
  if (code !== undefined) return code
  return signal === undefined ? 1 : 128 + constants.signals[signal]
}

/** `was killed by SIGKILL`, `ended with code 1`. */
export function describeExit({ code, signal, startError }: ProgramExit): string {
  if (startError !== undefined) return `could not be started: ${startError}`
  return signal === undefined ? `ended with code ${code}` : `was killed by ${signal}`
}

/** What a shell says for a program that is not found, and for one that cannot be run. */
export function startFailure(error: NodeJS.ErrnoException): ProgramExit {
  const code = error.code === 'ENOENT' ? 127 : 126
  return { code, signal: undefined, startError: error.message }
}
