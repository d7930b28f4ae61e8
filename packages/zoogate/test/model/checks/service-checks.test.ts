import { expect, it } from 'vitest'
import { checkResource } from '../../../src/model/checks/resource-checks.ts'
import { formatFieldPath } from '../../../src/model/field-path.ts'

function issuesOf(spec: object): readonly string[] {
  const checked = checkResource({
    apiVersion: 'zoogate/v1',
    kind: 'Service',
    metadata: { name: 'shop' },
    spec,
  })
  const issues = 'issues' in checked ? checked.issues : []
  return issues.map(({ path, message }) => `${formatFieldPath(path)}: ${message}`)
}

const hash = (hashOn: unknown) => ({ balance: { algorithm: 'consistentHash', hashOn } })

it.each<[object, ...string[]]>([
  [hash('sourceIP')],
  [hash('path')],
  [hash({ header: 'x-user' })],
  [hash({ cookie: 'SID' })],
  [hash({}), 'spec.balance.hashOn: must have either header or cookie'],
  [hash({ header: 'x', cookie: 'y' }), 'spec.balance.hashOn: must have either header or cookie'],
  [
    { balance: { hashOn: 'path' } },
    'spec.balance.hashOn: is only for the algorithm consistentHash',
  ],
  [{ sessionPersistence: { type: 'SourceIP' } }],
  [
    { sessionPersistence: { type: 'SourceIP', sessionName: 'SID', cookie: {} } },
    'spec.sessionPersistence.sessionName: is only for the type Cookie',
    'spec.sessionPersistence.cookie: is only for the type Cookie',
  ],
  [{ sessionPersistence: { cookie: { mode: 'Insert' } } }],
  [
    { sessionPersistence: { cookie: { mode: 'Application' } } },
    "spec.sessionPersistence.sessionName: is missing: the name of the application's cookie, such as JSESSIONID",
  ],
  [{ healthCheck: { zookeeper: {} } }],
  [{ healthCheck: {} }, 'spec.healthCheck: must have one of http, tcp and zookeeper'],
  [
    { healthCheck: { tcp: {}, zookeeper: {} } },
    'spec.healthCheck: must have one of http, tcp and zookeeper',
  ],
  [{ connections: { queue: 1 } }, 'spec.connections.queue: needs max: without it nobody waits'],
  [{ tls: {} }],
  [
    { tls: { verify: false, caRef: { name: 'ca' } } },
    'spec.tls.caRef: is not used where verify is false',
  ],
])('%j', (spec, ...issues) => {
  expect(issuesOf(spec)).toEqual(issues)
})
