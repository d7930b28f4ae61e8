import type { FieldPath } from '../field-path.ts'
import type { Algorithm, HashOn, ServicePool, View } from '../view/view.ts'
import type { Feature, FeatureUse } from './feature.ts'

/** What Services ask of an engine. */
export const SERVICE_FEATURES = [
  algorithm('roundRobin', 'weighted round robin'),
  algorithm('random', 'random'),
  algorithm('leastRequest', 'least requests'),
  algorithm('powerOfTwoChoices', 'the better of two'),
  algorithm('consistentHash', 'consistent hash'),
  algorithm('peakEWMA', 'least latency'),
  hashOn('sourceIP', 'hash of the address'),
  hashOn('header', 'hash of a header'),
  hashOn('cookie', 'hash of a cookie'),
  hashOn('path', 'hash of the path'),
  ofServices(
    'sessionPersistence.cookie.mode=Insert',
    'sessions by a cookie of the balancer’s',
    ['sessionPersistence'],
    ({ sessionPersistence: session }) =>
      session?.type === 'Cookie' && session.mode !== 'Application',
  ),
  ofServices(
    'sessionPersistence.cookie.mode=Application',
    'sessions by the application’s cookie',
    ['sessionPersistence'],
    ({ sessionPersistence: session }) =>
      session?.type === 'Cookie' && session.mode === 'Application',
  ),
  ofServices(
    'sessionPersistence.type=SourceIP',
    'sessions by address',
    ['sessionPersistence'],
    ({ sessionPersistence }) => sessionPersistence?.type === 'SourceIP',
  ),
  ofServices('healthCheck.http', 'health checks by HTTP', ['healthCheck'], ({ healthCheck }) => {
    return healthCheck?.probe.type === 'http'
  }),
  ofServices('healthCheck.tcp', 'health checks by TCP', ['healthCheck'], ({ healthCheck }) => {
    return healthCheck?.probe.type === 'tcp'
  }),
  ofServices(
    'healthCheck.zookeeper',
    'health checks of a ZooKeeper ensemble',
    ['healthCheck'],
    ({ healthCheck }) => healthCheck?.probe.type === 'zookeeper',
  ),
  ofServices(
    'outlierDetection',
    'passive health checks',
    ['outlierDetection'],
    ({ outlierDetection }) => outlierDetection !== undefined,
  ),
  ofServices('slowStart', 'slow start', ['slowStartMs'], ({ slowStartMs }) => {
    return slowStartMs !== undefined
  }),
  ofServices('connections.max', 'limit of connections', ['connections', 'max'], (pool) => {
    return pool.connections.max !== undefined
  }),
  ofServices('connections.queue', 'limit of the queue', ['connections', 'queue'], (pool) => {
    return pool.connections.queue !== undefined
  }),
  ofServices('tls', 'TLS to the backend', ['tls'], ({ tls }) => tls !== undefined),
  ofServices(
    'tls.serverName',
    'a name that the backend must prove',
    ['tls', 'serverName'],
    ({ tls }) => tls?.serverName !== undefined,
  ),
  ofServices(
    'tls.clientCertificateRef',
    'a certificate shown to the backend',
    ['tls', 'clientCertificate'],
    ({ tls }) => tls?.clientCertificate !== undefined,
  ),
] as const satisfies readonly Feature[]

function algorithm<Name extends Algorithm>(name: Name, title: string) {
  const path = ['algorithm']
  return ofServices(`balance.algorithm=${name}` as const, title, path, (pool) => {
    return pool.algorithm === name
  })
}

function hashOn<Type extends HashOn['type']>(type: Type, title: string) {
  return ofServices(`balance.hashOn=${type}` as const, title, ['hashOn'], (pool) => {
    return pool.algorithm === 'consistentHash' && (pool.hashOn?.type ?? 'sourceIP') === type
  })
}

function ofServices<Name extends string>(
  field: Name,
  title: string,
  path: FieldPath,
  isUsed: (pool: ServicePool) => boolean,
) {
  return {
    name: `Service.spec.${field}` as const,
    title,
    uses: ({ services }: View): readonly FeatureUse[] =>
      [...services.values()].flatMap((pool) =>
        isUsed(pool)
          ? [{ resource: `Service/${pool.name}`, path: ['services', pool.name, ...path] }]
          : [],
      ),
  }
}
