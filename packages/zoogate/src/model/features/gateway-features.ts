import type { FieldPath } from '../field-path.ts'
import type { Listener, View } from '../view/view.ts'
import type { Feature, FeatureUse } from './feature.ts'

/** What a Gateway asks of its engine beside plain HTTP listeners. */
export const GATEWAY_FEATURES = [
  ofListeners('spec.listeners.protocol=HTTPS', 'TLS termination', ['protocol'], (listener) => {
    return listener.protocol === 'HTTPS'
  }),
  ofListeners('spec.listeners.protocol=TCP', 'TCP', ['protocol'], (listener) => {
    return listener.protocol === 'TCP'
  }),
  ofListeners('spec.listeners.protocol=TLS', 'TCP behind TLS', ['protocol'], (listener) => {
    return listener.protocol === 'TLS'
  }),
  ofListeners(
    'spec.listeners.tls.certificateRefs',
    'several certificates, by SNI',
    ['tls', 'certificates'],
    ({ tls }) => (tls?.certificates.length ?? 0) > 1,
  ),
  ofListeners(
    'spec.listeners.tls.minVersion',
    'a newer TLS only',
    ['tls', 'minVersion'],
    ({ tls }) => tls?.minVersion === '1.3',
  ),
  ofListeners('spec.listeners.tls.http2', 'HTTP/2', ['tls', 'http2'], ({ tls }) => {
    return tls?.http2 === true
  }),
  ofListeners(
    'spec.listeners.tls.clientCertificates',
    'client certificates',
    ['tls', 'clientCertificates'],
    ({ tls }) => tls?.clientCertificates !== undefined,
  ),
  ofGateway(
    'spec.clientAddress.trustedProxies',
    'proxies in front that are believed',
    ['clientAddress', 'trustedProxies'],
    ({ clientAddress }) => (clientAddress?.trustedProxies.length ?? 0) > 0,
  ),
  ofGateway(
    'spec.clientAddress.proxyProtocol',
    'the PROXY protocol in front',
    ['clientAddress', 'proxyProtocol'],
    ({ clientAddress }) => clientAddress?.proxyProtocol === true,
  ),
  ofGateway(
    'spec.limits.headerBytes',
    'limit of headers',
    ['limits', 'headerBytes'],
    ({ limits }) => limits?.headerBytes !== undefined,
  ),
  ofGateway(
    'spec.limits.bodyBytes',
    'limit of bodies',
    ['limits', 'bodyBytes'],
    ({ limits }) => limits?.bodyBytes !== undefined,
  ),
  ofGateway(
    'spec.limits.idle',
    'limit of silence',
    ['limits', 'idleMs'],
    ({ limits }) => limits?.idleMs !== undefined,
  ),
  ofGateway(
    'spec.concurrency.workers',
    'a number of workers',
    ['concurrency', 'workers'],
    ({ concurrency }) => concurrency.workers !== 'auto' && concurrency.workers !== 1,
  ),
  ofGateway('spec.native', 'native configuration', ['native'], ({ native }) => {
    return native !== undefined
  }),
] as const satisfies readonly Feature[]

function ofGateway<Name extends string>(
  field: Name,
  title: string,
  path: FieldPath,
  isUsed: (view: View) => boolean,
) {
  return {
    name: `Gateway.${field}` as const,
    title,
    uses: (view: View): readonly FeatureUse[] =>
      isUsed(view) ? [{ resource: `Gateway/${view.gateway}`, path }] : [],
  }
}

function ofListeners<Name extends string>(
  field: Name,
  title: string,
  path: FieldPath,
  isUsed: (listener: Listener) => boolean,
) {
  return {
    name: `Gateway.${field}` as const,
    title,
    uses: ({ gateway, listeners }: View): readonly FeatureUse[] =>
      listeners.flatMap((listener, index) =>
        isUsed(listener)
          ? [{ resource: `Gateway/${gateway}`, path: ['listeners', index, ...path] }]
          : [],
      ),
  }
}
