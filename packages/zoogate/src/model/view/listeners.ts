import type { Gateway } from '../resources/gateway.ts'
import { GATEWAY_DEFAULTS } from '../resources/gateway-defaults.ts'
import { durationMs } from '../values/duration.ts'
import { parseNetwork } from '../values/network.ts'
import { sizeBytes } from '../values/size.ts'
import type { Listener, ListenerTls, View } from './view.ts'

type Spec = Gateway['spec']
type ListenerSpec = NonNullable<Spec['listeners']>[number]

/** A Gateway's listeners, in the order in which they are written. Pure. */
export function listenersOf(gateway: Gateway): readonly Listener[] {
  return (gateway.spec.listeners ?? []).map((written) => {
    const protocol = written.protocol ?? GATEWAY_DEFAULTS.protocol
    return {
      name: written.name,
      address: written.address ?? GATEWAY_DEFAULTS.listenAddress,
      port: written.port,
      protocol,
      ...(written.tls === undefined ? {} : { tls: tlsOf(written.tls, protocol) }),
    }
  })
}

function tlsOf(
  { certificateRefs, minVersion, http2, clientCertificates }: NonNullable<ListenerSpec['tls']>,
  protocol: Listener['protocol'],
): ListenerTls {
  return {
    certificates: certificateRefs.map(({ name }) => name),
    minVersion: minVersion ?? GATEWAY_DEFAULTS.tlsMinVersion,
    http2: protocol === 'HTTPS' && (http2 ?? GATEWAY_DEFAULTS.http2),
    ...(clientCertificates === undefined
      ? {}
      : {
          clientCertificates: {
            ca: clientCertificates.caRef.name,
            mode: clientCertificates.mode ?? GATEWAY_DEFAULTS.clientCertificates,
          },
        }),
  }
}

/** What a Gateway says beside its listeners, in the units that programs reckon with. Pure. */
export function gatewaySettings({
  spec,
}: Gateway): Pick<View, 'concurrency' | 'clientAddress' | 'limits'> {
  const { clientAddress, limits, concurrency } = spec
  return {
    concurrency: {
      workers: concurrency?.workers ?? GATEWAY_DEFAULTS.workers,
      maxConnections: concurrency?.maxConnections ?? GATEWAY_DEFAULTS.maxConnections,
      keepAliveMs: durationMs(concurrency?.keepAlive ?? GATEWAY_DEFAULTS.keepAlive),
    },
    ...(clientAddress === undefined
      ? {}
      : {
          clientAddress: {
            trustedProxies: networksOf(clientAddress.trustedProxies),
            proxyProtocol: clientAddress.proxyProtocol ?? GATEWAY_DEFAULTS.proxyProtocol,
          },
        }),
    ...(limits === undefined ? {} : { limits: limitsOf(limits) }),
  }
}

/** Networks in the one way that they are written in a view. */
export function networksOf(written: readonly string[] = []): readonly string[] {
  return written.map((text) => parseNetwork(text) ?? text)
}

function limitsOf(limits: NonNullable<Spec['limits']>): NonNullable<View['limits']> {
  const { headerBytes, bodyBytes, idle } = limits
  return {
    ...(headerBytes === undefined ? {} : { headerBytes: sizeBytes(headerBytes) }),
    ...(bodyBytes === undefined ? {} : { bodyBytes: sizeBytes(bodyBytes) }),
    ...(idle === undefined ? {} : { idleMs: durationMs(idle) }),
  }
}
