import type { Listener, View } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { clientRefusals } from '../../shared/client-refusals.ts'
import { gather } from '../../shared/gather.ts'
import { isAddress, isPort, isResourceName } from '../../shared/grammar.ts'
import { secretRefusals } from '../../shared/secret-refusals.ts'

/** It becomes a label of a name. */
const LISTENER_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** httpd takes lines of any length; so much is to be held for each of many connections. */
const HEADER_BYTES_MAX = 1_048_576

/** What httpd cannot carry of listeners, secrets, and what holds for all of them. */
export function gatewayRefusals(view: View): readonly EngineRefusal[] {
  return [
    ...view.listeners.flatMap((listener, index) => listenerRefusals(view, listener, index)),
    ...clientRefusals(view, { engine: 'httpd', headerBytesMax: HEADER_BYTES_MAX }),
    ...(view.secrets ?? []).flatMap(secretRefusals),
  ]
}

function listenerRefusals(view: View, listener: Listener, index: number) {
  return gather(`Gateway/${view.gateway}`, (refuse) => {
    if (listener.address !== '*' && !isAddress(listener.address)) {
      refuse(['listeners', index, 'address'], 'must be an IP address without a zone, or "*"')
    }
    if (!LISTENER_NAME.test(listener.name)) {
      refuse(['listeners', index, 'name'], 'must be of a-z, 0-9 and -')
    }
    if (!isPort(listener.port)) refuse(['listeners', index, 'port'], 'must be a port, 1 to 65535')
    const same = view.listeners.findIndex(
      ({ address, port }) => port === listener.port && address === listener.address,
    )
    if (same < index) {
      refuse(['listeners', index, 'port'], 'another listener has this address and port')
    }
    const { tls, protocol } = listener
    if (protocol === 'HTTPS' && (tls?.certificates ?? []).length === 0) {
      refuse(['listeners', index, 'tls', 'certificates'], 'must name a certificate at least')
    }
    const authorities = tls?.clientCertificates?.ca
    for (const secret of [
      ...(tls?.certificates ?? []),
      ...(authorities === undefined ? [] : [authorities]),
    ]) {
      if (!isResourceName(secret)) refuse(['listeners', index, 'tls'], 'must name Secrets')
    }
  })
}
