import type { FieldPath } from '../field-path.ts'
import type { Rule } from '../resources/http-route.ts'
import type { FilterField } from '../resources/http-route-filters.ts'
import type { RouteOrigin } from './route-id.ts'
import type { PathChange, Route, ServicePool } from './view.ts'

/**
 * From fields of the view to those of the resources that they come from: what an engine refuses is
 * told where it was written.
 */

/** Where a field of a route was written, in the spec of its HTTPRoute. Pure. */
export function httpRouteField(
  { hostname, rule: ruleIndex, match }: RouteOrigin,
  route: Pick<Route, 'answer' | 'rewrite'>,
  rule: Rule | undefined,
  [first, ...rest]: FieldPath,
): FieldPath {
  const inRule: FieldPath = ['spec', 'rules', ruleIndex]
  const inMatch: FieldPath = [...inRule, 'matches', match]
  switch (first) {
    case 'hostname':
      return ['spec', 'hostnames', hostname]
    case 'listeners':
      return ['spec', 'parentRefs']
    case 'backends':
      return [...inRule, ...backendField(rest)]
    case 'timeouts':
    case 'retry':
      return [...inRule, first, ...rest.map(unitless)]
    case 'query':
      return [...inMatch, 'queryParams', ...rest]
    case 'answer':
      if (route.answer === undefined) return inRule
      return route.answer.type === 'redirect'
        ? inFilter('requestRedirect', pathModifier(rest, route.answer.path))
        : [...inRule, route.answer.type, ...rest]
    case 'requestHeaders':
      return inFilter('requestHeaderModifier', rest)
    case 'responseHeaders':
      return inFilter('responseHeaderModifier', rest)
    case 'rewrite':
      return inFilter('urlRewrite', pathModifier(rest, route.rewrite?.path))
    case 'mirrors': {
      const [index, ...field] = rest
      return inFilter(
        'requestMirror',
        field.flatMap((step) => (step === 'service' ? ['backendRef', 'name'] : [step])),
        Number(index ?? 0),
      )
    }
    case 'access':
      return inFilter(
        'access',
        rest.flatMap((step) => (step === 'users' ? ['usersRef', 'name'] : [step])),
      )
    case 'rateLimit':
    case 'cache':
    case 'expires':
    case 'compress':
      return inFilter(first, rest.map(unitless))
    case undefined:
      return inMatch
    default:
      return [...inMatch, first, ...rest]
  }

  /** The n-th filter that has the field; the list where the rule has none, or is not known. */
  function inFilter(field: FilterField, inside: FieldPath, n = 0): FieldPath {
    const indexes = (rule?.filters ?? []).flatMap((filter, index) =>
      filter[field] === undefined ? [] : [index],
    )
    const index = indexes[n]
    return index === undefined
      ? [...inRule, 'filters']
      : [...inRule, 'filters', index, field, ...inside]
  }
}

function pathModifier(inside: FieldPath, change: PathChange | undefined): FieldPath {
  const field = change?.type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch'
  return inside.map((step) => (step === 'value' ? field : step))
}

/** Where a backend of a route was written, in its rule. */
export function backendField(inside: FieldPath): FieldPath {
  return ['backendRefs', ...inside.map((step) => (step === 'service' ? 'name' : step))]
}

/** Where a field of a pool was written, in its Service. Pure. */
export function serviceField(
  pool: Pick<ServicePool, 'healthCheck'> | undefined,
  [first, ...rest]: FieldPath,
): FieldPath {
  switch (first) {
    case undefined:
      return ['spec']
    case 'algorithm':
    case 'hashOn':
      return ['spec', 'balance', first]
    case 'slowStartMs':
      return ['spec', 'slowStart']
    case 'healthCheck':
      return ['spec', 'healthCheck', ...healthCheckField(pool?.healthCheck, rest)]
    case 'sessionPersistence':
      return ['spec', first, ...rest.flatMap((step) => (step === 'mode' ? ['cookie', step] : step))]
    case 'outlierDetection':
      return [
        'spec',
        first,
        ...rest.map((step) => (step === 'baseEjectionMs' ? 'baseEjectionTime' : step)),
      ]
    case 'tls':
      return ['spec', 'tls', ...rest.map((step) => SECRET_FIELDS[step] ?? step)]
    default:
      return ['spec', first, ...rest.map(unitless)]
  }
}

function healthCheckField(
  check: ServicePool['healthCheck'],
  [first, ...rest]: FieldPath,
): FieldPath {
  if (first === undefined) return []
  if (first !== 'probe') return [unitless(first), ...rest]
  const probe = check?.probe.type
  if (probe === undefined) return []
  return [probe, ...rest.map((step) => (/^status(From|To)$/.test(String(step)) ? 'status' : step))]
}

const SECRET_FIELDS: Readonly<Record<string, string>> = {
  ca: 'caRef',
  clientCertificate: 'clientCertificateRef',
  certificates: 'certificateRefs',
}

/** Where a field of a view beside its routes and pools was written, in the Gateway. Pure. */
export function gatewayField(field: FieldPath): FieldPath {
  return ['spec', ...field.map((step) => SECRET_FIELDS[step] ?? unitless(step))]
}

/** Programs reckon in milliseconds, people write durations: `timeoutMs` is `timeout`. */
function unitless(step: string | number): string | number {
  return typeof step === 'string' ? step.replace(/Ms$/, '') : step
}
