import type { Listener, View } from '../../model/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { gather, type Refuse } from '../shared/gather.ts'
import {
  isAddress,
  isDuration,
  isNetwork,
  isPort,
  isResourceName,
  isWhole,
} from '../shared/grammar.ts'
import { secretRefusals } from '../shared/secret-refusals.ts'

/** What nginx cannot carry of listeners, secrets, and what holds for all of them. */
export function gatewayRefusals(view: View): readonly EngineRefusal[] {
  return [
    ...view.listeners.flatMap((listener, index) => listenerRefusals(view, listener, index)),
    ...concurrencyRefusals(view),
    ...clientRefusals(view),
    ...(view.secrets ?? []).flatMap(secretRefusals),
  ]
}

function listenerRefusals(view: View, listener: Listener, index: number) {
  return gather(`Gateway/${view.gateway}`, (refuse) => {
    if (listener.address !== '*' && !isAddress(listener.address)) {
      refuse(['listeners', index, 'address'], 'must be an IP address without a zone, or "*"')
    }
    if (!isPort(listener.port)) refuse(['listeners', index, 'port'], 'must be a port, 1 to 65535')
    const same = view.listeners.findIndex(
      ({ address, port }) => port === listener.port && address === listener.address,
    )
    if (same < index) {
      refuse(['listeners', index, 'port'], 'another listener has this address and port')
    }
    checkTls(listener, (path, message) => refuse(['listeners', index, ...path], message))
  })
}

function concurrencyRefusals({ gateway, concurrency }: View): readonly EngineRefusal[] {
  return gather(`Gateway/${gateway}`, (refuse) => {
    if (concurrency.workers !== 'auto' && !isWhole(concurrency.workers, 1, 1_024)) {
      refuse(['concurrency', 'workers'], 'must be "auto", or a number from 1 to 1024')
    }
    if (!isWhole(concurrency.maxConnections, 1, 10_000_000)) {
      refuse(['concurrency', 'maxConnections'], 'must be a whole number from 1')
    }
    if (!isDuration(concurrency.keepAliveMs)) {
      refuse(['concurrency', 'keepAliveMs'], 'must be from 1 ms to 24 h')
    }
  })
}

function checkTls({ name, protocol, tls }: Listener, refuse: Refuse): void {
  const isSecure = protocol === 'HTTPS' || protocol === 'TLS'
  if (!isSecure) return
  if (!isResourceName(name)) refuse(['name'], 'must be of a-z, 0-9 and "-"')
  if (tls === undefined || tls.certificates.length === 0) {
    refuse(['tls', 'certificates'], 'must name a certificate at least')
    return
  }
  tls.certificates.forEach((secret, index) => {
    if (!isResourceName(secret)) refuse(['tls', 'certificates', index], 'must be a Secret’s name')
  })
  if (protocol === 'TLS' && tls.certificates.length > 1) {
    refuse(
      ['tls', 'certificates'],
      'nginx chooses among certificates for HTTPS alone: use one that has all the names',
    )
  }
  const { clientCertificates } = tls
  if (clientCertificates !== undefined && !isResourceName(clientCertificates.ca)) {
    refuse(['tls', 'clientCertificates', 'ca'], 'must be a Secret’s name')
  }
}

function clientRefusals({ gateway, clientAddress, limits }: View): readonly EngineRefusal[] {
  return gather(`Gateway/${gateway}`, (refuse) => {
    clientAddress?.trustedProxies.forEach((network, index) => {
      if (!isNetwork(network)) {
        refuse(['clientAddress', 'trustedProxies', index], 'must be a network or an address')
      }
    })
    if (clientAddress?.proxyProtocol === true && clientAddress.trustedProxies.length > 0) {
      refuse(
        ['clientAddress', 'trustedProxies'],
        'nginx takes the client’s address from headers or from the PROXY protocol, not from both',
      )
    }
    const { headerBytes, bodyBytes, idleMs } = limits ?? {}
    if (headerBytes !== undefined && !isWhole(headerBytes, 256, 16 * 1_048_576)) {
      refuse(['limits', 'headerBytes'], 'must be from 256 bytes to 16 MiB')
    }
    if (bodyBytes !== undefined && !isWhole(bodyBytes, 1, Number.MAX_SAFE_INTEGER)) {
      refuse(['limits', 'bodyBytes'], 'must be a whole number from 1')
    }
    if (idleMs !== undefined && !isDuration(idleMs)) {
      refuse(['limits', 'idleMs'], 'must be from 1 ms to 24 h')
    }
  })
}
