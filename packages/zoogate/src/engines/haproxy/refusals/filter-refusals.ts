import type { HeaderChanges, PathChange, Route } from '../../../model/view/view.ts'
import type { Refuse } from '../../shared/gather.ts'
import { isAddress, isDuration, isHostname, isNetwork, isWhole } from '../../shared/grammar.ts'
import {
  HEADER_NAME,
  HEADER_VALUE_BYTES_MAX,
  isText,
  isUrlPath,
  METHOD,
  PATH_BYTES_MAX,
  PLAIN_HEADER_NAME,
  RESOURCE_NAME,
} from './grammar.ts'

/** Of what HAProxy can take a response for and try again (`retry-on`). */
const RETRY_CODES: readonly number[] = [500, 501, 502, 503, 504]
/** They say how a message is framed, and are HAProxy's own. */
const FRAMING = /^(?:connection|content-length|keep-alive|te|trailer|transfer-encoding|upgrade)$/i
const MEDIA_TYPE = /^[A-Za-z0-9.+-]{1,64}\/(?:\*|[A-Za-z0-9.+-]{1,100})$/
const MEDIA_TYPES_MAX = 48
/** Without `$`: HAProxy looks for environment variables in an address. */
const SOCKET = /^unix:(?:\/[A-Za-z0-9._+@-]+)+$/
/** Of a unix socket's address, less what HAProxy puts behind it while it binds. */
const SOCKET_BYTES_MAX = 97

/** What HAProxy cannot carry of what a route does with its requests. */
export function filterRefusals(route: Route, refuse: Refuse): void {
  for (const name of ['requestHeaders', 'responseHeaders'] as const) {
    headerRefusals(route[name], (path, message) => refuse([name, ...path], message))
  }
  const { hostname, path } = route.rewrite ?? {}
  if (hostname !== undefined && !isHostname(hostname)) {
    refuse(['rewrite', 'hostname'], 'must be a DNS name in lower case')
  }
  if (path !== undefined) pathChangeRefusals(route, path, ['rewrite', 'path'], refuse)
  guardRefusals(route, refuse)
  responseRefusals(route, refuse)
  answerRefusals(route, refuse)
}

function headerRefusals(changes: HeaderChanges | undefined, refuse: Refuse): void {
  if (changes === undefined) return
  const check = (name: string, path: readonly (string | number)[]) => {
    if (!HEADER_NAME.test(name)) refuse(path, 'must be a header name')
    else if (FRAMING.test(name)) refuse(path, 'says how a message is framed: it cannot be changed')
  }
  changes.remove.forEach((name, index) => {
    check(name, ['remove', index])
  })
  for (const kind of ['set', 'add'] as const) {
    changes[kind].forEach(({ name, value }, index) => {
      check(name, [kind, index, 'name'])
      if (!isText(value, HEADER_VALUE_BYTES_MAX)) {
        refuse([kind, index, 'value'], 'must be printable')
      }
    })
  }
}

function pathChangeRefusals(
  { path }: Route,
  { type, value }: PathChange,
  at: readonly string[],
  refuse: Refuse,
): void {
  if (!isUrlPath(value)) refuse([...at, 'value'], 'must be a path as in a URL, beginning with "/"')
  if (type === 'ReplacePrefixMatch' && path.type !== 'PathPrefix') {
    refuse([...at, 'type'], 'there is no prefix to replace: the path is no PathPrefix')
  }
}

function guardRefusals({ access, rateLimit }: Route, refuse: Refuse): void {
  for (const list of ['allow', 'deny'] as const) {
    access?.[list].forEach((network, index) => {
      if (!isNetwork(network)) refuse(['access', list, index], 'must be a network: 10.0.0.0/8')
    })
  }
  if (access?.basicAuth !== undefined) {
    const { realm, users } = access.basicAuth
    if (!isText(realm, 256)) refuse(['access', 'basicAuth', 'realm'], 'must be printable')
    if (!RESOURCE_NAME.test(users)) refuse(['access', 'basicAuth', 'users'], 'must name a secret')
  }
  if (rateLimit === undefined) return
  const { requests, perMs, key } = rateLimit
  if (!isWhole(requests, 1, 2_147_483_647)) refuse(['rateLimit', 'requests'], 'must be from 1')
  if (!isDuration(perMs)) refuse(['rateLimit', 'perMs'], 'must be from 1 ms to 24 h')
  if (key.type === 'header' && !PLAIN_HEADER_NAME.test(key.name)) {
    refuse(['rateLimit', 'key', 'name'], 'must be of letters, digits and "-"')
  }
}

function responseRefusals({ cache, compress, expires, retry }: Route, refuse: Refuse): void {
  if (cache !== undefined && !isDuration(cache.maxAgeMs)) {
    refuse(['cache', 'maxAgeMs'], 'must be from 1 ms to 24 h')
  }
  if (expires !== undefined && !isWhole(expires.afterMs, 0, 2 ** 40)) {
    refuse(['expires', 'afterMs'], 'must be a whole number')
  }
  if (compress !== undefined) {
    if (!isWhole(compress.types.length, 1, MEDIA_TYPES_MAX)) {
      refuse(['compress', 'types'], `must be from 1 to ${MEDIA_TYPES_MAX}`)
    }
    compress.types.forEach((type, index) => {
      if (!MEDIA_TYPE.test(type)) refuse(['compress', 'types', index], 'must be a media type')
    })
  }
  if (retry === undefined) return
  if (!isWhole(retry.attempts, 0, 100)) refuse(['retry', 'attempts'], 'must be from 0 to 100')
  retry.codes.forEach((code, index) => {
    if (RETRY_CODES.includes(code)) return
    refuse(['retry', 'codes', index], `HAProxy tries again after ${RETRY_CODES.join(', ')} alone`)
  })
  retry.methods.forEach((method, index) => {
    if (!METHOD.test(method)) refuse(['retry', 'methods', index], 'must be a method in upper case')
  })
}

function answerRefusals(route: Route, refuse: Refuse): void {
  const { answer } = route
  if (answer?.type === 'redirect') {
    const { hostname, port, path } = answer
    if (hostname !== undefined && !isHostname(hostname)) {
      refuse(['answer', 'hostname'], 'must be a DNS name in lower case')
    }
    if (port !== undefined && !isWhole(port, 1, 65_535)) {
      refuse(['answer', 'port'], 'must be a port, 1 to 65535')
    }
    if (path !== undefined) pathChangeRefusals(route, path, ['answer', 'path'], refuse)
  }
  if (answer?.type !== 'fastcgi') return
  const { address, root, index } = answer
  if (!isSocket(address) && !isHostAndPort(address)) {
    refuse(['answer', 'address'], 'must be unix:/a/path or an IP address and a port')
  }
  if (!root.startsWith('/') || !isText(root, PATH_BYTES_MAX)) {
    refuse(['answer', 'root'], 'must be an absolute path')
  }
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(index)) {
    refuse(['answer', 'index'], 'must be a file name')
  }
}

function isSocket(address: string): boolean {
  return SOCKET.test(address) && address.length - 'unix:'.length <= SOCKET_BYTES_MAX
}

function isHostAndPort(text: string): boolean {
  const [, address = '', port = ''] = /^\[?([^[\]]+)\]?:(\d{1,5})$/.exec(text) ?? []
  return isAddress(address) && isWhole(Number(port), 1, 65_535)
}
