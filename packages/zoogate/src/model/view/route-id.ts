/** Where in an HTTPRoute a route of the view comes from. */
export interface RouteOrigin {
  readonly name: string
  /** Indexes in the resource; 0 where the list is not written. */
  readonly hostname: number
  readonly rule: number
  readonly match: number
}

/** `shop.0.2.1`: resource, hostname, rule, match. A name has no dots, so it is unique in a view. */
export function httpRouteId({ name, hostname, rule, match }: RouteOrigin): string {
  return `${name}.${hostname}.${rule}.${match}`
}

/** Undefined: not an id of {@link httpRouteId}'s. */
export function routeOrigin(id: string): RouteOrigin | undefined {
  const [, name, hostname, rule, match] = /^([^.]+)\.(\d+)\.(\d+)\.(\d+)$/.exec(id) ?? []
  return name === undefined
    ? undefined
    : { name, hostname: Number(hostname), rule: Number(rule), match: Number(match) }
}

/** `zk.tcp`: a TCPRoute has but one rule. */
export function tcpRouteId(name: string): string {
  return `${name}.tcp`
}

/** The name of the HTTPRoute or TCPRoute that a route comes from. */
export function routeName(id: string): string {
  return id.split('.', 1)[0] ?? id
}
