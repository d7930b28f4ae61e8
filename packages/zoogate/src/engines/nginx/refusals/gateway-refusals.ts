import type { Listener, View } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { clientRefusals } from '../../shared/client-refusals.ts'
import { gather, type Refuse } from '../../shared/gather.ts'
import { isAddress, isPort, isResourceName } from '../../shared/grammar.ts'
import { secretRefusals } from '../../shared/secret-refusals.ts'

/** nginx allocates a head's buffers for each connection that needs them. */
const HEADER_BYTES_MAX = 16 * 1_048_576

/** What nginx cannot carry of listeners, secrets, and what holds for all of them. */
export function gatewayRefusals(view: View): readonly EngineRefusal[] {
  return [
    ...view.listeners.flatMap((listener, index) => listenerRefusals(view, listener, index)),
    ...clientRefusals(view, { engine: 'nginx', headerBytesMax: HEADER_BYTES_MAX }),
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
