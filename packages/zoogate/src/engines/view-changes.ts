import { routeName, routeOrigin } from '../model/view/route-id.ts'
import type { Endpoint, Route, Secret, ServicePool, View } from '../model/view/view.ts'

/** What differs from one view to the next, in words that a dry run can print. */
export interface ViewChanges {
  /** All but the endpoints and the bytes of secrets. */
  readonly structure: readonly string[]
  /** Secrets that have other bytes, in words: `certificate shop`. */
  readonly secrets: readonly { readonly secret: Secret; readonly words: string }[]
  /** By service, where its endpoints differ: `shop: add a at 10.0.0.1:80, up, weight 1`. */
  readonly endpoints: readonly { readonly service: string; readonly words: readonly string[] }[]
}

/**
 * Compares two views, for every engine's plan. What is the same object in both is not looked into, so
 * that one endpoint's change costs no more in a large view. Pure.
 * @param settingsOf what of a service, but its endpoints, is in the engine's configuration. Default: all
 */
export function viewChanges(
  from: View,
  to: View,
  settingsOf: (pool: ServicePool) => { readonly name: string } = allSettings,
): ViewChanges {
  const isSame = ({ name }: ServicePool) => from.services.get(name) === to.services.get(name)
  const differing = ({ services }: View) => [...services.values()].filter((pool) => !isSame(pool))
  const settings = (view: View) => differing(view).map(settingsOf)
  return {
    structure: [
      ...listChanges('listener ', from.listeners, to.listeners, ({ name }) => name),
      ...listChanges('HTTPRoute/', from.routes, to.routes, ({ id }) => id, routeWords),
      ...(sameOrder(from, to) ? [] : ['order of routes']),
      ...listChanges('service ', settings(from), settings(to), ({ name }) => name),
      ...listChanges(
        'TCPRoute/',
        from.tcpRoutes ?? [],
        to.tcpRoutes ?? [],
        ({ id }) => id,
        ({ id }) => routeName(id),
      ),
      ...(['concurrency', 'clientAddress', 'limits'] as const).flatMap((part) =>
        same(from[part], to[part]) ? [] : [`${part} ${changed(from[part] ?? {}, to[part] ?? {})}`],
      ),
    ],
    secrets: secretChanges(from.secrets ?? [], to.secrets ?? []),
    endpoints: differing(to)
      .map((pool) => ({
        service: pool.name,
        words: endpointChanges(from.services.get(pool.name), pool),
      }))
      .filter(({ words }) => words.length > 0),
  }
}

const SECRET_WORDS: Readonly<Record<Secret['type'], string>> = {
  TLS: 'certificate',
  CA: 'CA',
  Users: 'users',
}

/** One that comes or goes does so with the listener, pool or route that names it. */
function secretChanges(
  from: readonly Secret[],
  to: readonly Secret[],
): readonly { readonly secret: Secret; readonly words: string }[] {
  const before = new Map(from.map((secret) => [secret.name, secret]))
  return to.flatMap((secret) => {
    const known = before.get(secret.name)
    const changed = known !== undefined && known.version !== secret.version
    return changed ? [{ secret, words: `${SECRET_WORDS[secret.type]} ${secret.name}` }] : []
  })
}

function allSettings({ endpoints: _, ...settings }: ServicePool): Omit<ServicePool, 'endpoints'> {
  return settings
}

function endpointChanges(from: ServicePool | undefined, to: ServicePool): readonly string[] {
  if (from?.endpoints === to.endpoints) return []
  const before = new Map(from?.endpoints.map((endpoint) => [endpoint.id, endpoint]))
  const after = new Set(to.endpoints.map(({ id }) => id))
  return [
    ...to.endpoints.flatMap((endpoint) => endpointChange(before.get(endpoint.id), endpoint)),
    ...[...before.keys()].filter((id) => !after.has(id)).map((id) => `remove ${id}`),
  ].map((words) => `${to.name}: ${words}`)
}

function endpointChange(before: Endpoint | undefined, after: Endpoint): readonly string[] {
  const { id, address, port, weight, state } = after
  const at = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  if (before === undefined) return [`add ${id} at ${at}, ${state}, weight ${weight}`]
  const changes = [
    ...(before.address === address && before.port === port ? [] : [`move to ${at}`]),
    ...(before.weight === weight ? [] : [`weight ${before.weight} to ${weight}`]),
    ...(before.state === state ? [] : [`${before.state} to ${state}`]),
  ]
  return changes.length === 0 ? [] : [`change ${id}: ${changes.join(', ')}`]
}

function listChanges<T extends object>(
  kind: string,
  from: readonly T[],
  to: readonly T[],
  key: (item: T) => string,
  words: (item: T) => string = key,
): readonly string[] {
  if (from === to) return []
  const before = new Map(from.map((item) => [key(item), item]))
  const after = new Set(to.map(key))
  return [
    ...to.flatMap((item) => {
      const known = before.get(key(item))
      if (known === undefined) return [`${kind}${words(item)} added`]
      return same(known, item) ? [] : [`${kind}${words(item)} ${changed(known, item)}`]
    }),
    ...[...before]
      .filter(([name]) => !after.has(name))
      .map(([, item]) => `${kind}${words(item)} removed`),
  ]
}

/** `shop rules[2].matches[0] on shop.example.com`: where people wrote it. */
function routeWords({ id, hostname }: Route): string {
  const origin = routeOrigin(id)
  const place =
    origin === undefined ? id : `${origin.name} rules[${origin.rule}].matches[${origin.match}]`
  return hostname === undefined ? place : `${place} on ${hostname}`
}

/** What the view calls otherwise than people do. */
const FIELD_WORDS: Readonly<Record<string, string>> = {
  query: 'queryParams',
  backends: 'backendRefs',
  answer: 'what answers',
  requestHeaders: 'request headers',
  responseHeaders: 'response headers',
}

/** `changed: timeouts, retry` */
function changed(from: object, to: object): string {
  const before = new Map<string, unknown>(Object.entries(from))
  const after = new Map<string, unknown>(Object.entries(to))
  const fields = [...new Set([...before.keys(), ...after.keys()])]
    .filter((field) => !same(before.get(field), after.get(field)))
    .map((field) => FIELD_WORDS[field] ?? field.replace(/Ms$/, ''))
  return fields.length === 0 ? 'changed' : `changed: ${fields.join(', ')}`
}

/** Whether the routes that both have come in the same order. */
function sameOrder(from: View, to: View): boolean {
  if (from.routes === to.routes) return true
  const before = new Set(from.routes.map(({ id }) => id))
  const after = new Set(to.routes.map(({ id }) => id))
  return same(
    [...before].filter((id) => after.has(id)),
    [...after].filter((id) => before.has(id)),
  )
}

/** Views are built by one function, so that equal data has its fields in the same order. */
function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
