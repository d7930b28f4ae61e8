import { formatIssue, type Issue } from '../model/issue.ts'

export type DesiredStateErrorCode =
  /** A file cannot be read, or is no place for resources. */
  | 'DESIRED_UNREADABLE'
  /** Refused by the schemas, by what points at nothing, or by an engine. */
  | 'DESIRED_INVALID'

/** What was asked for makes no sense, and nothing was changed. Match on `code`. */
export class DesiredStateError extends Error {
  override readonly name = 'DesiredStateError'
  readonly code: DesiredStateErrorCode
  /** What is wrong, each with its place; empty unless the code is `DESIRED_INVALID`. */
  readonly issues: readonly Issue[]

  constructor(code: DesiredStateErrorCode, message: string, issues: readonly Issue[] = []) {
    super(message)
    this.code = code
    this.issues = issues
  }
}

export function unreadable(message: string): DesiredStateError {
  return new DesiredStateError('DESIRED_UNREADABLE', message)
}

export function invalidState(issues: readonly Issue[]): DesiredStateError {
  const count = issues.length === 1 ? '1 error' : `${issues.length} errors`
  const message = [...issues.map(formatIssue), `${count}; nothing was changed`].join('\n')
  return new DesiredStateError('DESIRED_INVALID', message, issues)
}
