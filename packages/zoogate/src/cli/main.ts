#!/usr/bin/env node
import { CommanderError } from 'commander'
import { DesiredStateError } from '../desired/desired-state-error.ts'
import { CliError, EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from './cli-error.ts'
import { createProgram } from './program.ts'
import { processTerminal } from './terminal.ts'

/** Tells people what went wrong, and gives the exit code. */
function report(error: unknown): number {
  // Commander has written its own words already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
  const terminal = processTerminal()
  // These begin with file, line and column, where an editor looks for them.
  if (error instanceof DesiredStateError && error.issues.length > 0) terminal.err(error.message)
  else if (error instanceof Error && isExpected(error)) {
    terminal.err(`${terminal.style('red', 'error:')} ${error.message}`)
  } else terminal.err(error instanceof Error ? (error.stack ?? error.message) : String(error))
  if (error instanceof DesiredStateError) return EXIT_USAGE
  return error instanceof CliError ? error.exitCode : EXIT_FAILURE
}

/** Every error of ours and of Node's has a code; one without is a mistake of ours, and shows its stack. */
function isExpected(error: Error): boolean {
  return error instanceof CliError || ('code' in error && typeof error.code === 'string')
}

// `zoogate status | head` closes our output early, and that is fine.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT_OK)
  throw error
})

try {
  const program = await createProgram(process.argv[2])
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
