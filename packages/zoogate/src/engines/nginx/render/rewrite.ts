import type { PathChange, PathMatch, Redirect } from '../../../model/view/view.ts'
import { segmentsPattern } from '../../shared/target-pattern.ts'
import { encodePath } from '../../shared/url-path.ts'
import { clientScheme } from './client-address.ts'
import { block, type Directive, directive } from './directive.ts'
import type { ServerContext } from './server.ts'
import type { SharedVariables } from './shared-variables.ts'

/** What of a request's target is what, in the client's own bytes. */
export function targetVariables(): readonly Directive[] {
  return [
    // A URL as the target has an authority before its path, which may be empty (RFC 9112, 3.2.2).
    block(
      ['map', '$request_uri', '$zoogate_target'],
      [
        directive('default', '$request_uri'),
        directive('~*^https?://[^/?]+(/.*)\\z', '$1'),
        directive('~*^https?://[^/?]+(.*)\\z', '/$1'),
      ],
    ),
    block(
      ['map', '$zoogate_target', '$zoogate_path'],
      [directive('default', '/'), directive('~^([^?]+)', '$1')],
    ),
    block(
      ['map', '$zoogate_host', '$zoogate_hostname'],
      [directive('default', ''), directive('~^(\\[[^\\]]*\\]|[^:]*)', '$1')],
    ),
  ]
}

/**
 * The path in place of the client's. What stays behind a prefix stays in the client's own spelling,
 * however the prefix was spelled.
 */
export function changedPath(
  change: PathChange,
  matched: PathMatch,
  shared: SharedVariables,
): string {
  const value = encodePath(change.value)
  if (change.type === 'ReplaceFullPath') return shared.text(value)
  const prefix = value.replace(/\/+$/, '')
  const pattern = segmentsPattern(matched.value)
  const text = shared.text(prefix)
  return shared.define('path', (variable) =>
    block(
      ['map', '$zoogate_path', variable],
      [
        directive('default', text === '' ? '/' : text),
        directive(`~^${pattern}(/.*)\\z`, `${text}$1`),
      ],
    ),
  )
}

const PORTS = { http: 80, https: 443 } as const
const OTHER = { http: 'https', https: 'http' } as const

/** Where a client is sent instead. */
export function redirectUrl(
  redirect: Redirect,
  { listener, view, shared }: Pick<ServerContext, 'listener' | 'view' | 'shared'>,
  matched: PathMatch,
): string {
  const { scheme, port, hostname = '$zoogate_hostname' } = redirect
  const path =
    redirect.path === undefined ? '$zoogate_path' : changedPath(redirect.path, matched, shared)
  const origin = (through: 'http' | 'https', at: number | undefined) =>
    `${through}://${hostname}${at === undefined || at === PORTS[through] ? '' : `:${at}`}`
  const own = listener.protocol === 'HTTPS' ? 'https' : 'http'
  const spoken = clientScheme(view, shared)
  const start =
    scheme !== undefined
      ? origin(scheme, port)
      : spoken === '$scheme'
        ? origin(own, port ?? listener.port)
        : // Where a proxy in front says that the client's scheme is another one, its port is not ours.
          shared.define('origin', (variable) =>
            block(
              ['map', spoken, variable],
              [
                directive('default', origin(own, port ?? listener.port)),
                directive(OTHER[own], origin(OTHER[own], port)),
              ],
            ),
          )
  return `${start}${path}$is_args$args`
}
