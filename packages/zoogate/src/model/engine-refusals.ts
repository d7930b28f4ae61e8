import { type FieldPath, parseFieldPath } from './field-path.ts'
import type { ResourceIssue } from './issue.ts'
import { routeField } from './route-id.ts'
import type { View } from './view.ts'

/** What an engine says that it cannot carry: the field is the resource's, or the view's. */
export interface Refusal {
  readonly resource: string
  readonly field: string
  readonly message: string
}

/** Where people wrote what an engine refuses, so that the message can point at it. Pure. */
export function refusalIssue(refusal: Refusal, view: View): ResourceIssue {
  const path = parseFieldPath(refusal.field)
  const written = path[0] === 'spec' ? undefined : writtenAt(path, view)
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

function writtenAt([area, item, ...field]: FieldPath, view: View): Written | undefined {
  switch (area) {
    case 'routes': {
      const route = typeof item === 'number' ? view.routes[item] : undefined
      return route === undefined ? undefined : routeField(route.id, field)
    }
    case 'services':
      return item === undefined
        ? undefined
        : { resource: `Service/${item}`, path: servicePath(field) }
    case 'listeners':
    case 'clientAddress':
    case 'limits':
    case 'concurrency': {
      const rest = item === undefined ? [] : [item, ...field]
      return { resource: `Gateway/${view.gateway}`, path: ['spec', area, ...rest.map(unitless)] }
    }
    default:
      return undefined
  }
}

/** A pool's fields are called as the Service's, but for the algorithm and the probe. */
function servicePath([first, ...rest]: FieldPath): FieldPath {
  if (first === 'algorithm') return ['spec', 'balance', 'algorithm']
  if (first === 'healthCheck' && rest[0] === 'probe') return ['spec', 'healthCheck']
  return first === undefined ? ['spec'] : ['spec', first, ...rest.map(unitless)]
}

/** Programs reckon in milliseconds, people write durations: `timeoutMs` is `timeout`. */
function unitless(step: string | number): string | number {
  return typeof step === 'string' ? step.replace(/Ms$/, '') : step
}
