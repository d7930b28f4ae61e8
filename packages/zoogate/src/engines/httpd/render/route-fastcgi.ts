import type { FastCgi, Route } from '../../../model/view/view.ts'
import { silenceOf } from './destination.ts'
import { type Directive, directive, section } from './directive.ts'
import { condition } from './request-checks.ts'
import type { Action } from './route-actions.ts'
import { aroundPrefix } from './route-match.ts'
import { carries, type RouteSettings, VARIABLES } from './route-settings.ts'

/** As for endpoints of Services where nothing is said. */
const CONNECT_TIMEOUT_MS = 1_000

const SCRIPT = 'zoogate_script'
const PREFIX = 'zoogate_prefix'
const PATH_INFO = 'zoogate_path_info'

/** A FastCGI server as routes ask it. */
export interface FastCgiServer {
  readonly address: string
  readonly root: string
  /** How long it may be silent, in whole seconds. */
  readonly silenceS?: number
}

export function fastCgiServer({ address, root }: FastCgi, { timeouts }: Route): FastCgiServer {
  const silenceS = silenceOf(timeouts)
  return { address, root, ...(silenceS === undefined ? {} : { silenceS }) }
}

/** The balancer of one such server. No Service has such a name. */
export function fastCgiDestination(number: number): string {
  return `fastcgi_${number}`
}

/** Which program is meant, by the path behind the route's prefix, and what is left of it for the program. */
export function fastCgiActions({ index }: FastCgi, { path }: Route): readonly Action[] {
  const script = `%{ENV:${SCRIPT}}`
  return [
    { pattern: aroundPrefix(path), flags: [`E=${PREFIX}:$1`, `E=${SCRIPT}:$2`] },
    { conditions: [condition(script, '^$')], flags: [`E=${SCRIPT}:/`] },
    {
      conditions: [condition(script, '^(.+?\\.php)(/.*)$')],
      flags: [`E=${SCRIPT}:%1`, `E=${PATH_INFO}:%2`],
    },
    { conditions: [condition(script, '/$')], flags: [`E=${SCRIPT}:${script}${index}`] },
  ]
}

/** For one listener. */
export function fastCgiServers({ servers }: RouteSettings): readonly Directive[] {
  if (servers.entries().length === 0) return []
  return [
    ...servers
      .entries()
      .flatMap(([number, server]) => [balancer(number, server), ...parameters(number, server)]),
    directive('ProxyFCGIBackendType', 'GENERIC'),
    // What is between the rules and the filters is no program's affair; but what responses are looked at
    // by has to stay, since what is taken from a program is gone for them too.
    ...[...BEFORE_THE_PROGRAM, ...OURS].map((name) =>
      directive('ProxyFCGISetEnvIf', 'true', `!${name}`),
    ),
    section('If', `-n %{ENV:${VARIABLES.server}}`, [directive('CGIPassAuth', 'On')]),
  ]
}

const BEFORE_THE_PROGRAM = [
  VARIABLES.request,
  VARIABLES.users,
  VARIABLES.server,
  VARIABLES.silence,
] as const

const OURS = [
  ...[SCRIPT, PREFIX, PATH_INFO, 'zoogate_target', 'zoogate_authority', 'zoogate_path'],
  ...['zoogate_search', 'zoogate_destination', 'zoogate_cache_key', 'no-cache', 'PATH_TRANSLATED'],
] as const

/** The meta-variables of CGI (RFC 3875, 4.1) that httpd would make of the path to the balancer. */
function parameters(number: number, { root }: FastCgiServer): readonly Directive[] {
  const of = carries('server', number)
  return (
    [
      ['SCRIPT_FILENAME', `${root}%{ENV:${SCRIPT}}`],
      ['SCRIPT_NAME', `%{ENV:${PREFIX}}%{ENV:${SCRIPT}}`],
      ['PATH_INFO', `%{ENV:${PATH_INFO}}`],
      ['DOCUMENT_ROOT', root],
    ] as const
  ).map((words) => directive('ProxyFCGISetEnvIf', of, ...words))
}

function balancer(number: number, { address, silenceS }: FastCgiServer): Directive {
  const url = address.startsWith('unix:') ? `${address}|fcgi://localhost` : `fcgi://${address}`
  return section('Proxy', `balancer://${fastCgiDestination(number)}`, [
    directive(
      'BalancerMember',
      url,
      'retry=1',
      'flushpackets=on',
      `connectiontimeout=${Math.min(CONNECT_TIMEOUT_MS, 1_000 * (silenceS ?? Infinity))}ms`,
      ...(silenceS === undefined ? [] : [`timeout=${silenceS}`]),
    ),
  ])
}
