import type { View } from '../../../src/model/view/view.ts'

/**
 * The path of every text in a view that is free, worked out by the compiler: what is one of a few
 * words (`'HTTP' | 'TCP'`) is none. A thing of several kinds has its kind in the path, in angles.
 */
type TextPath<Part, Path extends string> = Part extends string
  ? string extends Part
    ? Path
    : never
  : Part extends ReadonlyMap<string, infer Value>
    ? TextPath<Value, `${Path}[]`>
    : Part extends readonly (infer Item)[]
      ? TextPath<Item, `${Path}[]`>
      : Part extends object
        ? FieldPath<Part, `${Path}${KindMark<Part>}`>
        : never
type KindMark<Part> = 'type' extends keyof Part ? Mark<Part['type']> : ''
type Mark<Kind> = Kind extends string ? `<${Kind}>` : ''
type FieldPath<Part, Path extends string> = {
  [Name in keyof Part & string]-?: TextPath<Part[Name], Path extends '' ? Name : `${Path}.${Name}`>
}[keyof Part & string]

/** A native configuration is the engine's language itself: there is nothing that it should stay within. */
export type TextField = TextPath<Omit<View, 'native'>, ''>

/** A view's text and where it stands. */
export interface Leaf {
  readonly field: TextField
  readonly text: string
}

/**
 * Every free text of the model. A field that is added to {@link View} does not compile until it is
 * named here, and then has to be in the full view.
 */
const FREE: Readonly<Record<TextField, true>> = {
  gateway: true,
  'listeners[].name': true,
  'listeners[].address': true,
  'listeners[].tls.certificates[]': true,
  'listeners[].tls.clientCertificates.ca': true,
  'routes[].id': true,
  'routes[].listeners[]': true,
  'routes[].hostname': true,
  'routes[].path<Exact>.value': true,
  'routes[].path<PathPrefix>.value': true,
  'routes[].path<RegularExpression>.value': true,
  'routes[].method': true,
  'routes[].headers[].name': true,
  'routes[].headers[].value': true,
  'routes[].headers[]<RegularExpression>.name': true,
  'routes[].headers[]<RegularExpression>.value': true,
  'routes[].query[].name': true,
  'routes[].query[].value': true,
  'routes[].query[]<RegularExpression>.name': true,
  'routes[].query[]<RegularExpression>.value': true,
  'routes[].backends[].service': true,
  'routes[].answer<redirect>.hostname': true,
  'routes[].answer<redirect>.path<ReplaceFullPath>.value': true,
  'routes[].answer<redirect>.path<ReplacePrefixMatch>.value': true,
  'routes[].answer<static>.root': true,
  'routes[].answer<static>.index[]': true,
  'routes[].answer<fastcgi>.address': true,
  'routes[].answer<fastcgi>.root': true,
  'routes[].answer<fastcgi>.index': true,
  'routes[].answer<cgi>.root': true,
  'routes[].requestHeaders.set[].name': true,
  'routes[].requestHeaders.set[].value': true,
  'routes[].requestHeaders.add[].name': true,
  'routes[].requestHeaders.add[].value': true,
  'routes[].requestHeaders.remove[]': true,
  'routes[].responseHeaders.set[].name': true,
  'routes[].responseHeaders.set[].value': true,
  'routes[].responseHeaders.add[].name': true,
  'routes[].responseHeaders.add[].value': true,
  'routes[].responseHeaders.remove[]': true,
  'routes[].rewrite.hostname': true,
  'routes[].rewrite.path<ReplaceFullPath>.value': true,
  'routes[].rewrite.path<ReplacePrefixMatch>.value': true,
  'routes[].mirrors[].service': true,
  'routes[].access.allow[]': true,
  'routes[].access.deny[]': true,
  'routes[].access.basicAuth.realm': true,
  'routes[].access.basicAuth.users': true,
  'routes[].rateLimit.key<header>.name': true,
  'routes[].compress.types[]': true,
  'routes[].retry.methods[]': true,
  'tcpRoutes[].id': true,
  'tcpRoutes[].listeners[]': true,
  'tcpRoutes[].backends[].service': true,
  'services[].name': true,
  'services[].hashOn<header>.name': true,
  'services[].hashOn<cookie>.name': true,
  'services[].sessionPersistence<Cookie>.sessionName': true,
  'services[].healthCheck.probe<http>.path': true,
  'services[].tls.serverName': true,
  'services[].tls.ca': true,
  'services[].tls.clientCertificate': true,
  'services[].endpoints[].id': true,
  'services[].endpoints[].address': true,
  'clientAddress.trustedProxies[]': true,
  'secrets[]<TLS>.name': true,
  'secrets[]<TLS>.version': true,
  'secrets[]<TLS>.chainPem': true,
  'secrets[]<TLS>.keyPem': true,
  'secrets[]<CA>.name': true,
  'secrets[]<CA>.version': true,
  'secrets[]<CA>.certificatesPem': true,
  'secrets[]<Users>.name': true,
  'secrets[]<Users>.version': true,
  'secrets[]<Users>.users[].name': true,
  'secrets[]<Users>.users[].hash': true,
}
export const TEXT_FIELDS = Object.keys(FREE) as readonly TextField[]

/** Every free text of a view, with its place. */
export function leavesOf(view: View): readonly Leaf[] {
  return walk(view, '')
}

function walk(part: unknown, path: string): readonly Leaf[] {
  if (typeof part === 'string') return isFree(path) ? [{ field: path, text: part }] : []
  if (part instanceof Map) return [...part.values()].flatMap((each) => walk(each, `${path}[]`))
  if (Array.isArray(part)) return part.flatMap((each) => walk(each, `${path}[]`))
  if (typeof part !== 'object' || part === null) return []
  const kind = 'type' in part && typeof part.type === 'string' ? `<${part.type}>` : ''
  return Object.entries(part).flatMap(([name, value]) =>
    walk(value, path === '' ? name : `${path}${kind}.${name}`),
  )
}

function isFree(path: string): path is TextField {
  return Object.hasOwn(FREE, path)
}

/** The view with other texts wherever the given ones stand, the names of things among them. */
export function replaced(view: View, texts: ReadonlyMap<string, string>): View {
  return replacedIn(view, texts) as View
}

function replacedIn(part: unknown, texts: ReadonlyMap<string, string>): unknown {
  if (typeof part === 'string') return texts.get(part) ?? part
  if (Array.isArray(part)) return part.map((each) => replacedIn(each, texts))
  if (part instanceof Map) {
    return new Map([...part].map((entry) => replacedIn(entry, texts) as [unknown, unknown]))
  }
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, replacedIn(value, texts)]),
  )
}
