import type { Route } from '../../model/view.ts'

/** What a route asks for beside host and path, as a `map`: its source, and the pattern to meet. */
export interface Condition {
  readonly source: string
  readonly pattern: string
}

/**
 * One text of the method and the headers, a line each, and a regular expression that only the wanted
 * text meets: letter case counts, which it does not in a map's plain keys. Neither a method nor a
 * header's value can hold a line feed. Of a header that is sent twice nginx 1.22 sees the first.
 */
export function routeCondition(route: Pick<Route, 'method' | 'headers'>): Condition {
  const lines = [
    ...(route.method === undefined ? [] : [{ variable: '$request_method', value: route.method }]),
    ...route.headers.map(({ name, value }) => ({
      variable: `$http_${name.replaceAll('-', '_')}`,
      value,
    })),
  ]
  return {
    source: lines.map(({ variable }) => variable).join('\n'),
    pattern: `~^${lines.map(({ value }) => literalPattern(value)).join('\n')}\\z`,
  }
}

/** A regular expression (PCRE) that matches this text and no other. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
