import type { FieldPath } from '../field-path.ts'
import { uriPathField } from '../resources/field-schemas.ts'
import type { Match } from '../resources/http-route.ts'
import { ROUTE_DEFAULTS } from '../resources/route-defaults.ts'
import { type SchemaIssue, schemaIssues } from '../schema/schema-issues.ts'
import { regularExpressionProblem } from '../values/regular-expression.ts'

const uriPath = uriPathField({ description: '' })

/** What the schema of a match cannot say. Pure. */
export function matchIssues(match: Match, path: FieldPath): readonly SchemaIssue[] {
  return [
    ...pathIssues(match.path, [...path, 'path']),
    ...valueIssues(match.headers, [...path, 'headers'], (name) => name.toLowerCase()),
    ...valueIssues(match.queryParams, [...path, 'queryParams'], (name) => name),
  ]
}

function pathIssues(written: Match['path'], path: FieldPath): readonly SchemaIssue[] {
  const at: FieldPath = [...path, 'value']
  if (written?.type !== 'RegularExpression') {
    return schemaIssues(uriPath, written?.value ?? ROUTE_DEFAULTS.path).map(({ message }) => ({
      path: at,
      message,
    }))
  }
  if (written.value === undefined) {
    return [{ path: at, message: 'is missing: a regular expression' }]
  }
  const message = regularExpressionProblem(written.value, '/')
  return message === undefined ? [] : [{ path: at, message }]
}

type Values = NonNullable<Match['headers']>

function valueIssues(
  values: Values = [],
  path: FieldPath,
  spell: (name: string) => string,
): readonly SchemaIssue[] {
  const names = values.map(({ name }) => spell(name))
  return values.flatMap(({ type, value }, index) => {
    const problem = type === 'RegularExpression' ? regularExpressionProblem(value) : undefined
    // What must have two values at once matches nothing: surely not what was meant.
    const repeated = names.indexOf(spell(names[index] ?? '')) !== index
    return [
      ...(repeated
        ? [{ path: [...path, index, 'name'], message: `"${names[index]}" is matched twice` }]
        : []),
      ...(problem === undefined ? [] : [{ path: [...path, index, 'value'], message: problem }]),
    ]
  })
}
