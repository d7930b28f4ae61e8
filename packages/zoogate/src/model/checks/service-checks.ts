import type { FieldPath } from '../field-path.ts'
import type { Service } from '../resources/service.ts'
import { SERVICE_DEFAULTS } from '../resources/service-defaults.ts'
import type { SchemaIssue } from '../schema/schema-issues.ts'
import { staticEndpointId } from '../view/service-settings.ts'

type Spec = NonNullable<Service['spec']>

/** What the schema of a Service cannot say. Pure. */
export function serviceIssues(service: Service): readonly SchemaIssue[] {
  const spec = service.spec ?? {}
  return [
    ...(spec.discovery !== undefined && spec.endpoints !== undefined
      ? [issue(['endpoints'], 'cannot be together with discovery: a pool is either found or fixed')]
      : []),
    ...healthCheckIssues(spec),
    ...balanceIssues(spec),
    ...sessionIssues(spec),
    ...connectionIssues(spec),
    ...repeatedEndpoints(spec),
  ]
}

function issue(path: FieldPath, message: string): SchemaIssue {
  return { path: ['spec', ...path], message }
}

function healthCheckIssues({ healthCheck }: Spec): readonly SchemaIssue[] {
  if (healthCheck === undefined) return []
  const { http, tcp, zookeeper } = healthCheck
  const probes = [http, tcp, zookeeper].filter((probe) => probe !== undefined)
  return probes.length === 1
    ? []
    : [issue(['healthCheck'], 'must have one of http, tcp and zookeeper')]
}

function balanceIssues({ balance }: Spec): readonly SchemaIssue[] {
  const hashOn = balance?.hashOn
  if (hashOn === undefined) return []
  const path = ['balance', 'hashOn']
  const issues: SchemaIssue[] = []
  if (balance?.algorithm !== 'consistentHash') {
    issues.push(issue(path, 'is only for the algorithm consistentHash'))
  }
  if (
    typeof hashOn === 'object' &&
    (hashOn.header === undefined) === (hashOn.cookie === undefined)
  ) {
    issues.push(issue(path, 'must have either header or cookie'))
  }
  return issues
}

function sessionIssues({ sessionPersistence }: Spec): readonly SchemaIssue[] {
  if (sessionPersistence === undefined) return []
  const { type = SERVICE_DEFAULTS.sessionType, sessionName, cookie } = sessionPersistence
  const path = ['sessionPersistence']
  if (type === 'SourceIP') {
    return [
      ...(sessionName === undefined
        ? []
        : [issue([...path, 'sessionName'], 'is only for the type Cookie')]),
      ...(cookie === undefined ? [] : [issue([...path, 'cookie'], 'is only for the type Cookie')]),
    ]
  }
  return cookie?.mode === 'Application' && sessionName === undefined
    ? [
        issue(
          [...path, 'sessionName'],
          "is missing: the name of the application's cookie, such as JSESSIONID",
        ),
      ]
    : []
}

function connectionIssues({ connections, tls }: Spec): readonly SchemaIssue[] {
  return [
    ...(connections?.queue !== undefined && connections.max === undefined
      ? [issue(['connections', 'queue'], 'needs max: without it nobody waits')]
      : []),
    ...(tls?.verify === false && tls.caRef !== undefined
      ? [issue(['tls', 'caRef'], 'is not used where verify is false')]
      : []),
  ]
}

function repeatedEndpoints({ endpoints = [] }: Spec): readonly SchemaIssue[] {
  const ids = new Set<string>()
  const addresses = new Set<string>()
  const issues: SchemaIssue[] = []
  for (const [index, written] of endpoints.entries()) {
    const path: FieldPath = ['endpoints', index]
    const address = `${written.address} port ${written.port}`
    const id = written.id ?? staticEndpointId(written.address, written.port)
    if (addresses.has(address)) issues.push(issue(path, `${address} is listed twice`))
    else if (ids.has(id)) issues.push(issue(path, `"${id}" is the id of another endpoint`))
    addresses.add(address)
    ids.add(id)
  }
  return issues
}
