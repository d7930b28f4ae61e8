import type { RateLimit, Route, View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import type { Directive, Section } from './directive.ts'
import type { HaproxyHost } from './host.ts'
import { peersSocket } from './names.ts'
import { digest } from './variants.ts'

/** The section and the name of this process in it: a table is named by both. */
export const PEERS = 'zoogate'
/** Keys that a table holds: above it, the oldest are forgotten. */
const KEYS_MAX = '100k'
/** How long an address that sends nothing is kept to its endpoint. */
const SESSION_IDLE = '1h'

export function rateTable(route: Pick<Route, 'id'>, limit: RateLimit): string {
  return `rate-${digest(JSON.stringify([route.id, limit.key, limit.perMs]))}`
}

export function sessionTable(service: string): string {
  return `session-${service}`
}

/**
 * Tables lie in a section of their own: there a worker that is replaced hands them to its successor,
 * over a socket that only the two of them use. (HAProxy waits 5 s after its first start before it
 * does.)
 */
export function tableSection(
  view: View,
  paths: Pick<EnginePaths, 'run'>,
  { user }: HaproxyHost,
): readonly Section[] {
  const tables = [
    ...view.routes.flatMap((route): Directive[] => {
      if (route.rateLimit === undefined) return []
      const { key, perMs } = route.rateLimit
      const type = key.type === 'sourceIP' ? ['ipv6'] : ['binary', 'len', '32']
      return [
        [
          ...['table', rateTable(route, route.rateLimit), 'type', ...type, 'size', KEYS_MAX],
          ...['expire', `${2 * perMs}ms`, 'store', `gpc0_rate(${perMs}ms)`],
        ],
      ]
    }),
    ...[...view.services.values()].flatMap(({ name, sessionPersistence }): Directive[] => {
      if (sessionPersistence?.type !== 'SourceIP') return []
      return [
        [
          ...['table', sessionTable(name), 'type', 'ipv6', 'size', KEYS_MAX],
          ...['expire', SESSION_IDLE, 'store', 'server_id'],
        ],
      ]
    }),
  ]
  if (tables.length === 0) return []
  const access = ['mode', '600', ...(user === undefined ? [] : ['user', user])]
  return [
    {
      heading: ['peers', PEERS],
      directives: [
        ['default-bind', ...access],
        ['peer', PEERS, `unix@${peersSocket(paths)}`],
        ...tables,
      ],
    },
  ]
}
