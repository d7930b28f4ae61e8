import type { Access, HeaderChanges, Route } from '../../../model/view/view.ts'
import { Numbered } from './numbered.ts'
import type { FastCgiServer } from './route-fastcgi.ts'

/** What an endpoint is told in place of what the client and the gateway said. */
export interface RequestChanges {
  readonly hostname?: string
  readonly headers?: HeaderChanges
  /** What is added stands on the line that is there: CGI has one variable for all lines of a name. */
  readonly oneLine?: true
}

/** Whose responses are kept together: of routes that ask the same of the same Services. */
export interface Cache {
  readonly seconds: number
  readonly way: Partial<Route>
}

/**
 * What the routes of one listener say for after a route is chosen. A request carries the numbers of its
 * route's in variables: `zoogate_look:3`.
 */
export class RouteSettings {
  readonly requests = new Numbered<RequestChanges>()
  readonly looks = new Numbered<HeaderChanges>()
  readonly users = new Numbered<NonNullable<Access['basicAuth']>>()
  readonly expiries = new Numbered<number>()
  readonly compressions = new Numbered<readonly string[]>()
  readonly caches = new Numbered<Cache>()
  readonly servers = new Numbered<FastCgiServer>()
  /** How long a program may be silent, in seconds. */
  readonly silences = new Numbered<number>()
}

/** The names of the variables. */
export const VARIABLES = {
  request: 'zoogate_request',
  look: 'zoogate_look',
  users: 'zoogate_users',
  expiry: 'zoogate_expiry',
  compression: 'zoogate_compression',
  cache: 'zoogate_cache',
  server: 'zoogate_fastcgi',
  silence: 'zoogate_silence',
} as const

/** Whether a request carries this number, as an expression of httpd's. */
export function carries(variable: keyof typeof VARIABLES, number: number): string {
  return `%{ENV:${VARIABLES[variable]}} == '${number}'`
}
