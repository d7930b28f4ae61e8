import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Route, View } from '../../../model/view/view.ts'
import type { EnginePaths } from '../../engine.ts'
import { type Directive, directive } from './directive.ts'
import type { Upstream } from './header-changes.ts'

const ZONE: Readonly<Record<Upstream, string>> = {
  proxy: 'zoogate-cache',
  fastcgi: 'zoogate-fastcgi-cache',
}

/** Where the responses lie: outside the generations, and so for longer than one. */
export function cachePaths({ routes }: View, { folder }: EnginePaths): readonly Directive[] {
  const kinds = (['proxy', 'fastcgi'] as const).filter((kind) =>
    routes.some((route) => route.cache !== undefined && upstreamOf(route) === kind),
  )
  return kinds.map((kind) =>
    directive(
      `${kind}_cache_path`,
      join(folder, `nginx-${kind}-cache`),
      'levels=1:2',
      `keys_zone=${ZONE[kind]}:10m`,
      'inactive=1h',
      'max_size=1g',
      'use_temp_path=off',
    ),
  )
}

function upstreamOf({ answer }: Route): Upstream | undefined {
  if (answer === undefined) return 'proxy'
  return answer.type === 'fastcgi' ? 'fastcgi' : undefined
}

/**
 * Responses to GET and HEAD, by what asked for them. nginx keeps what Cache-Control, Expires,
 * Set-Cookie and Vary allow; it does not look at Authorization, which a shared cache has to
 * (RFC 9111 §3.5), so such requests are neither answered from it nor kept.
 */
export function cacheResponses(
  kind: Upstream,
  service: string,
  route: Pick<Route, 'cache' | 'rewrite' | 'requestHeaders' | 'path'>,
): readonly Directive[] {
  const { cache, rewrite, requestHeaders, path } = route
  if (cache === undefined) return []
  // Routes that ask the same service for something else must not share.
  const way = createHash('sha256')
    .update(JSON.stringify([rewrite, requestHeaders, rewrite?.path === undefined ? '' : path]))
    .digest('hex')
    .slice(0, 16)
  return [
    directive(`${kind}_buffering`, 'on'),
    directive(`${kind}_cache`, ZONE[kind]),
    directive(`${kind}_cache_key`, `${service}|${way}|$scheme|$zoogate_host|$zoogate_target`),
    directive(`${kind}_cache_valid`, 200, 301, 302, `${Math.ceil(cache.maxAgeMs / 1_000)}s`),
    directive(`${kind}_cache_bypass`, '$http_authorization'),
    directive(`${kind}_no_cache`, '$http_authorization'),
  ]
}
