import { HEADERS_OF_OURS, HOST_OF_NOBODY, UNUSUAL_HEADER_NAME } from '@zoogate/proxy/request-rules'
import type { Listener, View } from '../../../model/view/view.ts'
import type { Directive } from './directive.ts'
import { anyHeader, HAS_HOST, HOP_BY_HOP } from './request-checks.ts'

/** Whom the connection comes from: another one than `src` where a proxy is believed. */
const PEER = 'txn.zoogate_peer'
const TRUSTED = 'zoogate-trusted'
/** So many proxies in a row are believed at most. */
const HOPS_MAX = 10
/** HAProxy takes at most 64 words in a line. */
const NETWORKS_PER_LINE = 48
/** Those of ours that a believed proxy may have written; they are added to. */
const BELIEVED = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']

/** A named condition on the client's address, over as many lines as it takes. */
export function addressAcl(
  name: string,
  fetch: string,
  networks: readonly string[],
): readonly Directive[] {
  const lines: Directive[] = []
  for (let start = 0; start < networks.length; start += NETWORKS_PER_LINE) {
    const some = networks.slice(start, start + NETWORKS_PER_LINE)
    lines.push(['acl', name, fetch, '-m', 'ip', '--', ...some])
  }
  return lines
}

/**
 * Makes `src` the client's address, as proxies that are believed tell it: the last one in
 * X-Forwarded-For that is none of theirs.
 */
function findClient(trusted: readonly string[]): readonly Directive[] {
  const hops = Array.from({ length: HOPS_MAX }, (_, index) => index + 1)
  const fetch = (hop: number) => `req.hdr_ip(x-forwarded-for,-${hop})`
  return [
    ...addressAcl(TRUSTED, 'src', trusted),
    ...addressAcl(`${TRUSTED}-peer`, `var(${PEER})`, trusted),
    ...hops.map((hop) => ['acl', `zoogate-hop${hop}`, fetch(hop), '-m', 'found']),
    ['http-request', `set-var(${PEER})`, 'src'],
    // An entry that is no address ends the chain: what stands before it is anybody's word.
    ...hops.map((hop) => [
      ...['http-request', 'set-src', fetch(hop), 'if', TRUSTED],
      ...hops.slice(0, hop).map((each) => `zoogate-hop${each}`),
    ]),
  ]
}

/**
 * What the client says of itself is replaced by what is seen of it, and what a believed proxy says is
 * added to. HAProxy has names in lower case.
 */
export function forwardedHeaders(
  { clientAddress }: View,
  { protocol }: Listener,
): readonly Directive[] {
  const set = (...words: string[]) => ['http-request', 'set-header', ...words]
  const webSocket = ['{', 'req.hdr(upgrade)', '-i', 'websocket', '}']
  const trusted = clientAddress?.trustedProxies ?? []
  const believes = trusted.length > 0
  const source = believes ? `var(${PEER})` : 'src'
  const isIpv6 = ['{', source, '-m', 'sub', ':', '}']
  const scheme = protocol === 'HTTPS' ? 'https' : 'http'
  const own = HEADERS_OF_OURS.filter((name) => !believes || !BELIEVED.includes(name))
  const forwarded = [
    [`for=%[${source}];proto=${scheme}`, ['if', ...isIpv6.with(0, '!{')]],
    [`for="[%[${source}]]";proto=${scheme}`, ['if', ...isIpv6]],
  ] as const
  return [
    ['http-request', 'del-header', UNUSUAL_HEADER_NAME, '-m', 'reg'],
    ...(believes ? findClient(trusted) : []),
    ['http-request', 'del-header', anyHeader([...HOP_BY_HOP, ...own]), '-m', 'reg'],
    ...(believes
      ? [
          [
            ...['http-request', 'del-header', anyHeader(BELIEVED), '-m', 'reg'],
            ...['unless', `${TRUSTED}-peer`],
          ],
        ]
      : []),
    // Any other protocol would carry requests past every route.
    ['http-request', 'del-header', 'Upgrade', 'unless', ...webSocket],
    ...addTo('x-forwarded-for', 'X-Forwarded-For', [[`%[${source}]`, []]], believes),
    set(
      ...['X-Forwarded-Proto', scheme],
      ...(believes
        ? ['unless', '{', 'req.fhdr(x-forwarded-proto)', '-m', 'str', '--', 'http', 'https', '}']
        : []),
    ),
    set(
      ...['X-Forwarded-Host', '%[req.fhdr(host)]', 'if', ...HAS_HOST],
      ...(believes ? ['!{', 'req.fhdr(x-forwarded-host)', '-m', 'found', '}'] : []),
    ),
    set('Host', HOST_OF_NOBODY, 'unless', ...HAS_HOST),
    ...addTo('forwarded', 'Forwarded', forwarded, believes),
  ]
}

/** A header with one value more: on its one line, or on a line of its own behind several. */
function addTo(
  name: string,
  written: string,
  values: readonly (readonly [format: string, condition: Directive])[],
  believes: boolean,
): readonly Directive[] {
  const line = (action: string, format: string, condition: Directive) => [
    ...['http-request', action, written, format, ...condition],
  ]
  if (!believes) return values.map(([format, condition]) => line('set-header', format, condition))
  const count = (...test: string[]) => ['{', `req.fhdr_cnt(${name})`, ...test, '}']
  const also = (condition: Directive, ...more: string[]) =>
    condition.length === 0 ? ['if', ...more] : [...condition, ...more]
  const each = (action: string, format: (value: string) => string, ...test: string[]) =>
    values.map(([value, condition]) =>
      line(action, format(value), also(condition, ...count(...test))),
    )
  return [
    ...each('add-header', (value) => value, 'gt', '1'),
    ...each('set-header', (value) => `%[req.fhdr(${name})], ${value}`, 'eq', '1'),
    ...each('set-header', (value) => value, 'eq', '0'),
  ]
}
