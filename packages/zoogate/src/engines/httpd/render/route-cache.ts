import { join } from 'node:path'
import type { Listener, View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { type Directive, directive, section } from './directive.ts'
import { literalText } from './pattern.ts'
import { condition, rule, TARGET } from './request-checks.ts'
import type { Action } from './route-actions.ts'
import { carries, type RouteSettings, VARIABLES } from './route-settings.ts'

/** Of shared memory; httpd keeps no response larger than a 64th of it. */
const CACHE_BYTES = 64 * 1_024 * 1_024
const RESPONSE_BYTES_MAX = 1_000_000
/** A larger one overflows httpd's clock for what is as old as that. */
const LAST_MODIFIED_FACTOR = 4_000
const YEAR_S = 366 * 24 * 3_600

/**
 * Where responses are kept, for all listeners: in memory that ends with the generation, so that none
 * outlives what made it so.
 */
export function cacheMemory({ routes }: View, { run }: EnginePaths): readonly Directive[] {
  if (!routes.some(({ cache }) => cache !== undefined)) return []
  return [
    // Else it would be asked before any route is known.
    directive('CacheQuickHandler', 'Off'),
    directive('CacheSocache', `shmcb:${join(run, 'httpd-cache')}(${CACHE_BYTES})`),
    directive('CacheSocacheMaxSize', RESPONSE_BYTES_MAX),
    directive('CacheIgnoreQueryString', 'On'),
    // So long it is known at least by what responses of one path vary.
    directive('CacheSocacheMinTime', 3_600),
    directive('CacheSocacheMaxTime', YEAR_S),
    // The gateway's own: a client that wants no cache's is no reason to ask the endpoint.
    directive('CacheIgnoreCacheControl', 'On'),
    directive('CacheIgnoreNoLastMod', 'On'),
    // A response that a user gets a cookie with is that user's, which httpd does not see by itself.
    directive(
      ...(['Header', 'merge', 'Cache-Control', 'private'] as const),
      `expr=-n %{ENV:${VARIABLES.cache}} && -n %{resp:Set-Cookie}`,
    ),
  ]
}

/** Whose response is asked for. Only the gateway writes it. */
const CACHE_HEADER = 'X-Zoogate-Cache'
const KEY = 'zoogate_cache_key'

/**
 * Who opens a WebSocket, or says who it is, is not asking for what is kept: without a key it is nobody's.
 */
const ASKS_FOR_KEPT = [
  condition('%{HTTP:Upgrade}', '!^websocket$', 'NC'),
  condition('%{HTTP:Authorization}', '^$'),
] as const

/** Comes first: what no cached route is for is neither answered from a cache nor kept. */
export function keepNothing({ caches }: RouteSettings): readonly Directive[] {
  return caches.entries().length === 0 ? [] : [rule('E=no-cache:1')]
}

/** For a request whose route is cached. */
export function cacheActions(drainFlag: string): readonly Action[] {
  return [
    { conditions: ASKS_FOR_KEPT, flags: ['E=!no-cache'] },
    {
      conditions: [...ASKS_FOR_KEPT, condition('expr', `sha1(${TARGET}) =~ /^(.*)$/`)],
      flags: [`E=${KEY}:%1`],
    },
    // What is kept comes by none of the filters that would say so: see `drain` of the server's settings.
    { conditions: [condition(literalText(drainFlag), '-f')], flags: ['E=nokeepalive:1'] },
  ]
}

/**
 * httpd keeps responses by their URL, decoded, with the port that the client's Host says, and not by the
 * listener or the route; and none to a query that does not say for how long. So it is made to leave out
 * the query, and responses to vary by a header that only cached requests have, and that tells the
 * listener, the route and the whole of the target.
 */
export function keepResponses({ name }: Listener, { caches }: RouteSettings): readonly Directive[] {
  if (caches.entries().length === 0) return []
  return [
    directive('CacheEnable', 'socache', '/'),
    directive('RequestHeader', 'unset', CACHE_HEADER),
    ...caches.entries().flatMap(([number, { seconds }]) => [
      directive(
        ...(['RequestHeader', 'set', CACHE_HEADER] as const),
        ...([`${name}.${number}.%{${KEY}}e`, `expr=${carries('cache', number)}`] as const),
      ),
      // `only-if-cached` is httpd's to hear even so (504). The cache is the gateway's own: nobody asks it for anything.
      directive(
        ...(['RequestHeader', 'unset', 'Cache-Control'] as const),
        `expr=${carries('cache', number)} && %{req_novary:Cache-Control} =~ /only-if-cached/i`,
      ),
      section('If', carries('cache', number), [
        directive('CacheDefaultExpire', seconds),
        // Where a response says when it changed, httpd would make a time of that. This is at most ours.
        directive('CacheLastModifiedFactor', LAST_MODIFIED_FACTOR),
        directive('CacheMaxExpire', seconds),
      ]),
    ]),
    directive(
      ...(['Header', 'merge', 'Vary', CACHE_HEADER] as const),
      `expr=-n %{ENV:${VARIABLES.cache}}`,
    ),
  ]
}
