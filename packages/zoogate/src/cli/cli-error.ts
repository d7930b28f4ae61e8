export const EXIT_OK = 0
/** It was tried, and did not work. */
export const EXIT_FAILURE = 1
/** What was asked for makes no sense: arguments, files, resources. Nothing was changed. */
export const EXIT_USAGE = 2

/** Ends the command with words for people: no stack, no name of a class. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number

  constructor(message: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options)
    this.exitCode = options.exitCode ?? EXIT_FAILURE
  }
}

/** For what somebody wrote wrongly. */
export function usageError(message: string): CliError {
  return new CliError(message, { exitCode: EXIT_USAGE })
}
