import type { Listener, PathChange, PathMatch, Redirect } from '../../model/view.ts'
import { spellingsPattern } from '../shared/target-pattern.ts'
import { encodePath } from '../shared/url-path.ts'
import { block, type Directive, directive } from './directive.ts'
import { decodePath } from './routing.ts'
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
  const pattern = spellingsPattern(decodePath(matched.value).replace(/\/$/, ''))
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

/** Where a client is sent instead. */
export function redirectUrl(
  redirect: Redirect,
  listener: Listener,
  matched: PathMatch,
  shared: SharedVariables,
): string {
  const came = listener.protocol === 'HTTPS' ? 'https' : 'http'
  const scheme = redirect.scheme ?? came
  const port =
    redirect.port ?? (redirect.scheme === undefined ? listener.port : PORTS[redirect.scheme])
  const host = redirect.hostname ?? '$zoogate_hostname'
  const path =
    redirect.path === undefined ? '$zoogate_path' : changedPath(redirect.path, matched, shared)
  return `${scheme}://${host}${port === PORTS[scheme] ? '' : `:${port}`}${path}$is_args$args`
}
