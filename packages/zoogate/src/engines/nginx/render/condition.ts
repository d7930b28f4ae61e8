import { complement, single } from '../../../model/values/character-set.ts'
import { readRegularExpression } from '../../../model/values/regular-expression.ts'
import type { Route, ValueMatch } from '../../../model/view/view.ts'
import { printPcre, printPcreSet } from '../../shared/pcre.ts'
import { queryLookahead } from '../../shared/target-pattern.ts'

const NOT_LINE_FEED = complement(single('\n'))

/** What a route asks for beside its place in the tree of hosts and paths, as a `map`. */
export interface Condition {
  readonly source: string
  readonly pattern: string
}

type Conditions = Pick<Route, 'method' | 'headers' | 'query' | 'path'>

/** Whether it asks for more than a host and an exact path or a prefix. */
export function isConditional(route: Conditions): boolean {
  return (
    route.method !== undefined ||
    route.headers.length > 0 ||
    (route.query ?? []).length > 0 ||
    route.path.type === 'RegularExpression'
  )
}

/**
 * One text of all that is asked for, a line each, and a regular expression that only a wanted text
 * meets: letter case counts, which it does not in a map's plain keys. Neither a method nor a header
 * nor a query can hold a line feed, and no pattern for one takes one. A decoded path can; so it is
 * the last line. Of a header that is sent twice nginx 1.22 sees the first.
 */
export function routeCondition({ method, headers, query = [], path }: Conditions): Condition {
  const lines = [
    ...(method === undefined
      ? []
      : [{ variable: '$request_method', pattern: literalPattern(method) }]),
    ...headers.map((header) => ({
      variable: headerVariable(header.name),
      pattern: headerPattern(header),
    })),
    ...(query.length === 0
      ? []
      : [{ variable: '$args', pattern: `${query.map(queryLookahead).join('')}[^\\n]*` }]),
    ...(path.type === 'RegularExpression'
      ? [{ variable: '$uri', pattern: printPcre(readRegularExpression(path.value)) }]
      : []),
  ]
  return {
    source: lines.map(({ variable }) => variable).join('\n'),
    pattern: `~^${lines.map(({ pattern }) => pattern).join('\n')}\\z`,
  }
}

/** What a client sent in a header. */
export function headerVariable(name: string): string {
  return `$http_${name.toLowerCase().replaceAll('-', '_')}`
}

/** A regular expression (PCRE) that matches this text and no other. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

function headerPattern({ type, value }: ValueMatch): string {
  if (type === undefined) return literalPattern(value)
  return printPcre(readRegularExpression(value), (set) => printPcreSet(set & NOT_LINE_FEED))
}
