import { readRegularExpression } from '../../../model/values/regular-expression.ts'
import type { Route, ValueMatch } from '../../../model/view/view.ts'
import { printPcre } from '../../shared/pcre.ts'
import { queryLookahead } from '../../shared/target-pattern.ts'
import type { Directive } from './directive.ts'
import { literalPattern } from './pattern.ts'
import { condition } from './request-checks.ts'

/** Of an authority: the name with a final dot, or a port, behind it. */
export function hostPattern(hostname: string): string {
  const name = hostname.startsWith('*.')
    ? `[^:]+${literalPattern(hostname.slice(1))}`
    : literalPattern(hostname)
  return `^${name}\\.?(?::[0-9]*)?$`
}

/** What a route asks for beside host and path. All of it must hold. */
export function routeConditions({
  method,
  headers,
  query = [],
}: Pick<Route, 'method' | 'headers' | 'query'>): readonly Directive[] {
  return [
    ...(method === undefined
      ? []
      : [condition('%{REQUEST_METHOD}', `^${literalPattern(method)}$`)]),
    ...headers.map((match) => condition(`%{HTTP:${match.name}}`, `^${valuePattern(match)}$`)),
    ...query.map((match) => condition('%{QUERY_STRING}', queryPattern(match))),
  ]
}

/** Of a whole query. */
export function queryPattern(match: ValueMatch): string {
  return `^${queryLookahead(match)}`
}

export function valuePattern({ type, value }: ValueMatch): string {
  return type === undefined ? literalPattern(value) : printPcre(readRegularExpression(value))
}

/** Of a decoded path; httpd's `$` is the end of the text alone, and its `.` any byte. */
export function pathPattern({ type, value }: Route['path']): string {
  if (type === 'RegularExpression') return `^${printPcre(readRegularExpression(value))}$`
  const decoded = decodeURIComponent(value)
  if (type === 'Exact') return `^${literalPattern(decoded)}$`
  return decoded === '/' ? '^/' : `^${literalPattern(decoded)}(?:/|$)`
}

/** Finds what lies behind a prefix, as its first group. */
export function behindPrefix(path: Route['path'], behind: string): string {
  return `^${prefixText(path)}(${behind})$`
}

/** Finds a prefix, without a slash at its end, and what lies behind it: its two groups. */
export function aroundPrefix(path: Route['path']): string {
  return `^(${prefixText(path)})(/.*)?$`
}

function prefixText({ value }: Route['path']): string {
  return literalPattern(decodeURIComponent(value).replace(/\/$/, ''))
}
