import type { FieldPath } from '../field-path.ts'
import type { HTTPRoute, Rule } from '../resources/http-route.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'
import { parseDuration } from '../values/duration.ts'
import { answerIssues } from './http-route-answer-checks.ts'
import { filterIssues } from './http-route-filter-checks.ts'
import { matchIssues } from './http-route-match-checks.ts'

/** What the schema of an HTTPRoute cannot say: the Gateway API's own rules, and ours. Pure. */
export function httpRouteIssues({ spec }: HTTPRoute): readonly SchemaIssue[] {
  return spec.rules.flatMap((rule, index) => {
    const path: FieldPath = ['spec', 'rules', index]
    return [
      ...(rule.matches ?? []).flatMap((match, position) =>
        matchIssues(match, [...path, 'matches', position]),
      ),
      ...filterIssues(rule, path),
      ...answerIssues(rule, path),
      ...timeoutIssues(rule, path),
    ]
  })
}

function timeoutIssues({ timeouts }: Rule, path: FieldPath): readonly SchemaIssue[] {
  const { request, backendRequest } = timeouts ?? {}
  const requestMs = request === undefined ? undefined : parseDuration(request)
  const attemptMs = backendRequest === undefined ? undefined : parseDuration(backendRequest)
  return requestMs !== undefined && attemptMs !== undefined && attemptMs > requestMs
    ? [
        {
          path: [...path, 'timeouts', 'backendRequest'],
          message: `must be at most request, which is ${request}`,
        },
      ]
    : []
}
