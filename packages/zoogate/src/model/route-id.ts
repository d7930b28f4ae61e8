import type { FieldPath } from './field-path.ts'

/** Where in an HTTPRoute a route of the view comes from. */
export interface RouteOrigin {
  readonly name: string
  /** Indexes in the resource; 0 where the list is not written. */
  readonly hostname: number
  readonly rule: number
  readonly match: number
}

/** `shop.0.2.1`: resource, hostname, rule, match. A name has no dots, so it is unique in a view. */
export function routeId({ name, hostname, rule, match }: RouteOrigin): string {
  return `${name}.${hostname}.${rule}.${match}`
}

/** The resource and the field that a route's field comes from. Undefined: not an id of ours. */
export function routeField(
  id: string,
  field: FieldPath,
): { readonly resource: string; readonly path: FieldPath } | undefined {
  const [, name, hostname, rule, match] = /^([^.]+)\.(\d+)\.(\d+)\.(\d+)$/.exec(id) ?? []
  if (name === undefined) return undefined
  const inRule: FieldPath = ['spec', 'rules', Number(rule)]
  const inMatch: FieldPath = [...inRule, 'matches', Number(match)]
  return { resource: `HTTPRoute/${name}`, path: pathOf(field) }

  function pathOf([first, ...rest]: FieldPath): FieldPath {
    switch (first) {
      case 'hostname':
        return ['spec', 'hostnames', Number(hostname)]
      case 'listeners':
        return ['spec', 'parentRefs']
      case 'backends':
        return [...inRule, 'backendRefs', ...rest.map((s) => (s === 'service' ? 'name' : s))]
      case 'timeouts':
        return [...inRule, 'timeouts', ...rest.map((s) => String(s).replace(/Ms$/, ''))]
      case undefined:
        return inMatch
      default:
        return [...inMatch, first, ...rest]
    }
  }
}
