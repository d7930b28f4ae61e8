import { type FieldPath, parseFieldPath } from '../field-path.ts'
import type { ResourceIssue } from '../issue.ts'
import { type ResourceMap, resourceOf } from '../resources/resource.ts'
import { routeName, routeOrigin } from '../view/route-id.ts'
import type { View } from '../view/view.ts'
import { backendField, gatewayField, httpRouteField, serviceField } from '../view/written-fields.ts'

/** What an engine says that it cannot carry: the field is the resource's, or the view's. */
export interface Refusal {
  readonly resource: string
  readonly field: string
  readonly message: string
}

/**
 * Where people wrote what an engine refuses, so that the message can point at it. Pure.
 * @param resources what the view was built from
 */
export function refusalIssue(refusal: Refusal, view: View, resources: ResourceMap): ResourceIssue {
  const path = parseFieldPath(refusal.field)
  const written = path[0] === 'spec' ? undefined : writtenAt(path, view, resources)
  return {
    resource: written?.resource ?? refusal.resource,
    path: written?.path ?? path,
    message: refusal.message,
  }
}

interface Written {
  readonly resource: string
  readonly path: FieldPath
}

function writtenAt(field: FieldPath, view: View, resources: ResourceMap): Written | undefined {
  const [area, item, ...rest] = field
  switch (area) {
    case 'routes':
      return typeof item === 'number' ? routeField(view.routes[item], rest, resources) : undefined
    case 'tcpRoutes': {
      const route = typeof item === 'number' ? view.tcpRoutes?.[item] : undefined
      if (route === undefined) return undefined
      const [first, ...inside] = rest
      const path = first === 'listeners' ? ['parentRefs'] : ['rules', 0, ...backendField(inside)]
      return { resource: `TCPRoute/${routeName(route.id)}`, path: ['spec', ...path] }
    }
    case 'services': {
      if (item === undefined) return undefined
      const path = serviceField(view.services.get(String(item)), rest)
      return { resource: `Service/${item}`, path }
    }
    case 'secrets': {
      const secret = typeof item === 'number' ? view.secrets?.[item] : undefined
      return secret === undefined
        ? undefined
        : { resource: `Secret/${secret.name}`, path: ['spec'] }
    }
    case 'listeners':
    case 'clientAddress':
    case 'limits':
    case 'concurrency':
    case 'native':
      return { resource: `Gateway/${view.gateway}`, path: gatewayField(field) }
    default:
      return undefined
  }
}

function routeField(
  route: View['routes'][number] | undefined,
  field: FieldPath,
  resources: ResourceMap,
): Written | undefined {
  const origin = route === undefined ? undefined : routeOrigin(route.id)
  if (route === undefined || origin === undefined) return undefined
  const rule = resourceOf(resources, 'HTTPRoute', origin.name)?.spec.rules[origin.rule]
  return {
    resource: `HTTPRoute/${origin.name}`,
    path: httpRouteField(origin, route, rule, field),
  }
}
