import type { FieldPath } from '../field-path.ts'
import type { Filter, Rule } from '../resources/http-route.ts'
import { FILTER_FIELDS, FILTER_TYPES } from '../resources/http-route-filters.ts'
import { ROUTE_DEFAULTS } from '../resources/route-defaults.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'

/** What the schema of a rule's filters cannot say. Pure. */
export function filterIssues(rule: Rule, rulePath: FieldPath): readonly SchemaIssue[] {
  const filters = rule.filters ?? []
  const types = filters.map(({ type }) => type)
  return filters.flatMap((filter, index) => {
    const path: FieldPath = [...rulePath, 'filters', index]
    const repeated = filter.type !== 'RequestMirror' && types.indexOf(filter.type) !== index
    return [
      ...(repeated
        ? [{ path: [...path, 'type'], message: `${filter.type} is already a filter of this rule` }]
        : []),
      ...shapeIssues(filter, path),
      ...contentIssues(filter, path),
      ...prefixIssues(filter, rule, path),
    ]
  })
}

/** Exactly the field that the type names. */
function shapeIssues(filter: Filter, path: FieldPath): readonly SchemaIssue[] {
  const wanted = FILTER_FIELDS[filter.type]
  const others = FILTER_TYPES.filter((type) => type !== filter.type)
  return [
    ...(filter[wanted] === undefined
      ? [
          {
            path: [...path, wanted],
            message: `is missing: a filter of type ${filter.type} needs it`,
          },
        ]
      : []),
    ...others.flatMap((type) => {
      const field = FILTER_FIELDS[type]
      return filter[field] === undefined
        ? []
        : [
            {
              path: [...path, field],
              at: 'key' as const,
              message: `is not for a filter of type ${filter.type}: write type: ${type}`,
            },
          ]
    }),
  ]
}

function contentIssues(filter: Filter, path: FieldPath): readonly SchemaIssue[] {
  const { requestHeaderModifier, responseHeaderModifier, requestRedirect, urlRewrite, access } =
    filter
  const empty = (field: string, message: string) => [{ path: [...path, field], message }]
  return [
    ...modifierIssues(requestHeaderModifier, [...path, 'requestHeaderModifier']),
    ...modifierIssues(responseHeaderModifier, [...path, 'responseHeaderModifier']),
    ...pathModifierIssues(requestRedirect?.path, [...path, 'requestRedirect', 'path']),
    ...pathModifierIssues(urlRewrite?.path, [...path, 'urlRewrite', 'path']),
    ...(requestRedirect !== undefined && saysNothing(requestRedirect, ['statusCode'])
      ? empty(
          'requestRedirect',
          'leads back to itself: it must have one of scheme, hostname, port and path',
        )
      : []),
    ...(urlRewrite !== undefined && saysNothing(urlRewrite)
      ? empty('urlRewrite', 'must have hostname, path or both')
      : []),
    ...(access !== undefined && saysNothing(access)
      ? empty('access', 'must have one of allow, deny and basicAuth')
      : []),
  ]
}

function saysNothing(value: object, aside: readonly string[] = []): boolean {
  return Object.keys(value).every((field) => aside.includes(field))
}

function modifierIssues(
  modifier: Filter['requestHeaderModifier'],
  path: FieldPath,
): readonly SchemaIssue[] {
  if (modifier === undefined) return []
  const { set = [], add = [], remove = [] } = modifier
  if (set.length + add.length + remove.length === 0) {
    return [{ path, message: 'must have one of set, add and remove' }]
  }
  return [
    ...nameIssues(
      set.map(({ name }) => name),
      (index) => [...path, 'set', index, 'name'],
    ),
    ...nameIssues(
      add.map(({ name }) => name),
      (index) => [...path, 'add', index, 'name'],
    ),
    ...nameIssues(remove, (index) => [...path, 'remove', index]),
  ]
}

/** Headers of one connection, and of how a message is framed (RFC 9110 §7.6.1, RFC 9112 §6): the engine's alone. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

function nameIssues(
  names: readonly string[],
  pathOf: (index: number) => FieldPath,
): readonly SchemaIssue[] {
  const lower = names.map((name) => name.toLowerCase())
  return lower.flatMap((name, index) => {
    const path = pathOf(index)
    if (lower.indexOf(name) !== index) return [{ path, message: `"${name}" is there twice` }]
    return OF_THE_CONNECTION.has(name)
      ? [{ path, message: `"${name}" cannot be changed: each connection has its own` }]
      : []
  })
}

const REPLACEMENTS = {
  ReplaceFullPath: 'replaceFullPath',
  ReplacePrefixMatch: 'replacePrefixMatch',
} as const

type PathModifier = NonNullable<Filter['urlRewrite']>['path']

function pathModifierIssues(modifier: PathModifier, path: FieldPath): readonly SchemaIssue[] {
  if (modifier === undefined) return []
  const wanted = REPLACEMENTS[modifier.type]
  const other = wanted === 'replaceFullPath' ? 'replacePrefixMatch' : 'replaceFullPath'
  return [
    ...(modifier[wanted] === undefined
      ? [{ path: [...path, wanted], message: `is missing: the type is ${modifier.type}` }]
      : []),
    ...(modifier[other] === undefined
      ? []
      : [
          {
            path: [...path, other],
            at: 'key' as const,
            message: `is not for the type ${modifier.type}`,
          },
        ]),
  ]
}

/** What a prefix is replaced in must be matched by a prefix. */
function prefixIssues(filter: Filter, rule: Rule, path: FieldPath): readonly SchemaIssue[] {
  return (['requestRedirect', 'urlRewrite'] as const).flatMap((field) => {
    if (filter[field]?.path?.type !== 'ReplacePrefixMatch') return []
    const other = (rule.matches ?? []).find(
      (match) => (match.path?.type ?? ROUTE_DEFAULTS.pathType) !== 'PathPrefix',
    )
    return other === undefined
      ? []
      : [
          {
            path: [...path, field, 'path', 'type'],
            message: `ReplacePrefixMatch needs matches by PathPrefix, and one is by ${other.path?.type}`,
          },
        ]
  })
}
