import type { Route } from '../../../model/view/view.ts'
import { block, type Directive, directive } from './directive.ts'
import type { SharedVariables } from './shared-variables.ts'

/** nginx knows no `text/*`; so it is what the registry of media types has that is worth it. */
const OF_KIND: Readonly<Record<string, readonly string[]>> = {
  text: [
    ...['calendar', 'css', 'csv', 'html', 'javascript', 'markdown', 'n3', 'plain', 'richtext'],
    ...['rtf', 'tab-separated-values', 'turtle', 'uri-list', 'vcard', 'vtt', 'x-component'],
    ...['x-java-source', 'x-script', 'xml', 'yaml'],
  ],
  application: [
    ...['atom+xml', 'geo+json', 'graphql', 'javascript', 'json', 'ld+json', 'manifest+json'],
    ...['problem+json', 'rdf+xml', 'rss+xml', 'rtf', 'soap+xml', 'sql', 'vnd.api+json'],
    ...['vnd.ms-fontobject', 'wasm', 'x-javascript', 'x-ndjson', 'x-yaml', 'xhtml+xml', 'xml'],
    ...['xml-dtd', 'xslt+xml', 'yaml'],
  ],
  image: ['bmp', 'svg+xml', 'vnd.microsoft.icon', 'x-icon'],
  font: ['collection', 'otf', 'ttf'],
}

/** The kinds whose `*` is carried. */
export const KINDS: readonly string[] = Object.keys(OF_KIND)

/** nginx compresses `text/html` wherever it compresses, and complains where that is said. */
const ALWAYS = 'text/html'

export function compressResponses({ compress }: Pick<Route, 'compress'>): readonly Directive[] {
  if (compress === undefined) return []
  const types = new Set(compress.types.flatMap(expand))
  types.delete(ALWAYS)
  return [
    directive('gzip', 'on'),
    directive('gzip_min_length', 0),
    directive('gzip_proxied', 'any'),
    directive('gzip_vary', 'on'),
    ...(types.size === 0 ? [] : [directive('gzip_types', ...types)]),
  ]
}

function expand(type: string): readonly string[] {
  const [kind = '', rest] = type.split('/')
  return rest === '*' ? (OF_KIND[kind] ?? []).map((each) => `${kind}/${each}`) : [type]
}

/** Tells the browser how long to keep a response that says nothing of it. */
export function tellExpiry(
  { expires }: Pick<Route, 'expires'>,
  shared: SharedVariables,
): readonly Directive[] {
  if (expires === undefined) return []
  const seconds = Math.floor(expires.afterMs / 1_000)
  const wanted = shared.define('expires', (variable) =>
    block(
      ['map', '$sent_http_cache_control$sent_http_expires', variable],
      [directive('default', 'off'), directive('', `${seconds}s`)],
    ),
  )
  return [directive('expires', wanted)]
}
