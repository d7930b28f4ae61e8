import { formatIssue, type Issue } from '../model/issue.ts'
import { CliError, EXIT_USAGE } from './cli-error.ts'

/** What was asked for is refused: by the schemas, by what points at nothing, or by an engine. */
export class InvalidStateError extends CliError {
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[]) {
    const count = issues.length === 1 ? '1 error' : `${issues.length} errors`
    super([...issues.map(formatIssue), `${count}; nothing was changed`].join('\n'), {
      exitCode: EXIT_USAGE,
    })
    this.issues = issues
  }
}
