import type { HeaderChanges, View } from '../../../model/view/view.ts'
import { type Directive, directive } from './directive.ts'
import { headerFormat } from './header-format.ts'
import { carries, type RequestChanges, type RouteSettings } from './route-settings.ts'
import { sessionCookies } from './session-cookies.ts'

/** What the routes of one listener say of requests and responses, each for those that carry its number. */
export function routeFilters({ requests, looks }: RouteSettings, view: View): readonly Directive[] {
  return [
    ...requests.entries().flatMap(([number, changes]) => requestChanges(number, changes)),
    ...looks
      .entries()
      .flatMap(([number, changes]) => [
        ...responseChanges(number, changes),
        ...(takesCookies(changes) ? sessionCookies(view, carries('look', number)) : []),
      ]),
  ]
}

/** After the gateway's own, which stand before every listener. */
function requestChanges(number: number, { hostname, headers, oneLine }: RequestChanges) {
  const only = `expr=${carries('request', number)}`
  const { remove = [], set = [], add = [] } = headers ?? {}
  const change = (...words: string[]) => directive('RequestHeader', ...words, only)
  return [
    ...(hostname === undefined ? [] : [change('set', 'Host', hostname)]),
    ...remove.map((name) => change('unset', name)),
    ...set.map(({ name, value }) => change('set', name, headerFormat(value))),
    ...add.map(({ name, value }) =>
      change(oneLine === true ? 'append' : 'add', name, headerFormat(value)),
    ),
  ]
}

/** What a rule takes away are the endpoint's cookies. The session's, which was there before, is told once more. */
function takesCookies({ remove, set }: HeaderChanges): boolean {
  return [...remove, ...set.map(({ name }) => name)].some(
    (name) => name.toLowerCase() === 'set-cookie',
  )
}

/**
 * httpd has two tables of response headers: what whoever answered said, and what is sent in any case. It
 * changes the second one first, sends both, and of an answer that it makes up itself only the second.
 */
function responseChanges(number: number, { remove, set, add }: HeaderChanges) {
  const mine = carries('look', number)
  const always = (words: readonly string[], only = mine) =>
    directive('Header', 'always', ...words, `expr=${only}`)
  const answered = (words: readonly string[], only = mine) =>
    directive('Header', ...words, `expr=${only}`)
  return [
    ...remove.flatMap((name) => [always(['unset', name]), answered(['unset', name])]),
    ...set.flatMap(({ name, value }) => [
      always(['set', name, headerFormat(value)]),
      // The type of a response has a place of its own, where the line above has put it.
      ...(name.toLowerCase() === 'content-type' ? [] : [answered(['unset', name])]),
    ]),
    // Behind those that are there; what httpd makes up itself has no handler.
    ...add.flatMap(({ name, value }) => {
      const words = ['add', name, headerFormat(value)]
      return [
        always(words, `${mine} && -z %{HANDLER}`),
        answered(words, `${mine} && -n %{HANDLER}`),
      ]
    }),
  ]
}
