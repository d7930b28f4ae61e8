import { type FieldPath, formatFieldPath } from './field-path.ts'

/** What is wrong with one field of a resource, wherever the resource came from. */
export interface ResourceIssue {
  /** `HTTPRoute/shop` */
  readonly resource: string
  readonly path: FieldPath
  /** `key`: the field's name is wrong, not its value. Default: `value`. */
  readonly at?: 'key' | 'value'
  readonly message: string
}

/** What is wrong, as people are told it. Positions count from 1; absent where no file is known. */
export interface Issue {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly resource?: string
  /** Empty: the document as a whole. */
  readonly field: string
  readonly message: string
}

/** `shop.yaml:12:7 spec.listeners[0].port: must be …`, the shape that editors can jump to. */
export function formatIssue(issue: Issue): string {
  const place =
    issue.file === undefined
      ? (issue.resource ?? '')
      : `${issue.file}:${issue.line ?? 1}:${issue.column ?? 1}`
  const where = [place, issue.field].filter((part) => part !== '').join(' ')
  return where === '' ? issue.message : `${where}: ${issue.message}`
}

/** An issue without a position in a file. */
export function withoutPosition(issue: ResourceIssue): Issue {
  return {
    resource: issue.resource,
    field: formatFieldPath(issue.path),
    message: issue.message,
  }
}
