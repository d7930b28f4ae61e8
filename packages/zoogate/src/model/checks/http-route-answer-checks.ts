import type { FieldPath } from '../field-path.ts'
import type { Rule } from '../resources/http-route.ts'
import type { FilterType } from '../resources/http-route-filters.ts'
import { ROUTE_DEFAULTS } from '../resources/route-defaults.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'

/** Who answers the requests of a rule. */
type Answerer = 'backendRefs' | 'static' | 'fastcgi' | 'cgi' | 'RequestRedirect'

/** What makes no sense where nothing is asked, or nobody of a Service's. */
const SENSELESS: Readonly<Record<Answerer, readonly FilterType[]>> = {
  backendRefs: [],
  fastcgi: ['URLRewrite', 'RequestMirror'],
  cgi: ['URLRewrite', 'RequestMirror'],
  static: ['URLRewrite', 'RequestMirror', 'RequestHeaderModifier'],
  RequestRedirect: [
    'URLRewrite',
    'RequestMirror',
    'RequestHeaderModifier',
    'Cache',
    'Expires',
    'Compress',
  ],
}

/** Exactly one answers, and what else the rule says makes sense with it. Pure. */
export function answerIssues(rule: Rule, path: FieldPath): readonly SchemaIssue[] {
  const answerers = answerersOf(rule)
  const [first, second] = answerers
  if (first === undefined) {
    return [
      {
        path: [...path, 'backendRefs'],
        message:
          'is missing: a rule has backendRefs, static, fastcgi, cgi, or a filter of type RequestRedirect',
      },
    ]
  }
  if (second !== undefined) {
    const field: FieldPath =
      second === 'RequestRedirect' ? ['filters', redirectIndex(rule)] : [second]
    const message = `cannot be together with ${first}: one of them answers`
    return [{ path: [...path, ...field], at: 'key', message }]
  }
  return [
    ...senselessFilters(rule, first, path),
    ...senselessFields(rule, first, path),
    ...(first === 'RequestRedirect' || first === 'backendRefs'
      ? []
      : prefixIssues(rule, first, path)),
  ]
}

function answerersOf(rule: Rule): readonly Answerer[] {
  const fields = (['backendRefs', 'static', 'fastcgi', 'cgi'] as const).filter(
    (field) => rule[field] !== undefined,
  )
  return redirectIndex(rule) < 0 ? fields : [...fields, 'RequestRedirect']
}

function redirectIndex({ filters = [] }: Rule): number {
  return filters.findIndex(({ type }) => type === 'RequestRedirect')
}

function senselessFilters(
  { filters = [] }: Rule,
  answerer: Answerer,
  path: FieldPath,
): readonly SchemaIssue[] {
  return filters.flatMap(({ type }, index) =>
    SENSELESS[answerer].includes(type)
      ? [
          {
            path: [...path, 'filters', index, 'type'],
            message: `${type} makes no sense with ${answerer}`,
          },
        ]
      : [],
  )
}

function senselessFields(rule: Rule, answerer: Answerer, path: FieldPath): readonly SchemaIssue[] {
  if (answerer === 'backendRefs') return []
  const message = `makes no sense with ${answerer}`
  const issue = (...field: string[]): SchemaIssue => ({
    path: [...path, ...field],
    at: 'key',
    message,
  })
  const waits = answerer === 'fastcgi' || answerer === 'cgi'
  return [
    ...(rule.retry === undefined ? [] : [issue('retry')]),
    ...(rule.timeouts?.backendRequest === undefined ? [] : [issue('timeouts', 'backendRequest')]),
    ...(rule.timeouts?.request === undefined || waits ? [] : [issue('timeouts', 'request')]),
  ]
}

/** What lies below a folder is found by the path behind a prefix. */
function prefixIssues(
  { matches = [] }: Rule,
  answerer: Answerer,
  path: FieldPath,
): readonly SchemaIssue[] {
  return matches.flatMap((match, index) => {
    const type = match.path?.type ?? ROUTE_DEFAULTS.pathType
    if (type === 'PathPrefix') return []
    const message = `${type} makes no sense with ${answerer}, which goes by the path behind a PathPrefix`
    return [{ path: [...path, 'matches', index, 'path', 'type'], message }]
  })
}
