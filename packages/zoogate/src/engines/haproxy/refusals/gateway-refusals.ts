import type { Listener, Secret, View } from '../../../model/view/view.ts'
import type { EngineRefusal } from '../../engine.ts'
import { gather, type Refuse } from '../../shared/gather.ts'
import { isAddress, isDuration, isNetwork, isWhole } from '../../shared/grammar.ts'
import { HEADER_BYTES_MAX } from '../render/buffers.ts'
import { isText, RESOURCE_NAME } from './grammar.ts'

/** HAProxy compares a length as a signed number of 64 bits; JavaScript's are exact up to here. */
const BODY_BYTES_MAX = Number.MAX_SAFE_INTEGER
const USER_NAME_BYTES_MAX = 256
/** crypt(3): `$`, its kind, `$`, and what else. */
const PASSWORD_HASH = /^\$[0-9a-z]{1,4}\$[A-Za-z0-9./$=,-]{1,256}$/

export function gatewayRefusals(view: View): readonly EngineRefusal[] {
  const { gateway, listeners, concurrency } = view
  return gather(`Gateway/${gateway}`, (refuse) => {
    listeners.forEach((listener, index) => {
      listenerRefusals(listeners, listener, index, refuse)
    })
    const { workers, maxConnections, keepAliveMs } = concurrency
    if (workers !== 'auto' && !isWhole(workers, 1, 64)) {
      refuse(['concurrency', 'workers'], 'must be "auto", or from 1 to 64, HAProxy\'s most')
    }
    if (!isWhole(maxConnections, 1, 10_000_000)) {
      refuse(['concurrency', 'maxConnections'], 'must be a whole number from 1')
    }
    if (!isDuration(keepAliveMs)) {
      refuse(['concurrency', 'keepAliveMs'], 'must be from 1 ms to 24 h')
    }
    edgeRefusals(view, refuse)
    view.secrets?.forEach((secret, index) => {
      secretRefusals(secret, (field, message) => refuse(['secrets', index, ...field], message))
    })
  })
}

function listenerRefusals(
  listeners: readonly Listener[],
  { name, address, port, tls }: Listener,
  index: number,
  refuse: Refuse,
): void {
  const at = (field: string) => ['listeners', index, field]
  if (!RESOURCE_NAME.test(name)) refuse(at('name'), 'must be a name of a-z, 0-9 and -')
  if (listeners.findIndex((other) => other.name === name) < index) {
    refuse(at('name'), 'another listener has this name')
  }
  if (address !== '*' && !isAddress(address)) {
    refuse(at('address'), 'must be an IP address without a zone, or "*"')
  }
  if (!isWhole(port, 1, 65_535)) refuse(at('port'), 'must be a port, 1 to 65535')
  if (listeners.findIndex((other) => other.port === port && other.address === address) < index) {
    refuse(at('port'), 'another listener has this address and port')
  }
  const secrets = [
    ...(tls?.certificates ?? []),
    ...(tls?.clientCertificates === undefined ? [] : [tls.clientCertificates.ca]),
  ]
  if (tls?.certificates.length === 0) refuse(at('tls'), 'has no certificate')
  if (!secrets.every((secret) => RESOURCE_NAME.test(secret))) {
    refuse(at('tls'), 'must name secrets by a-z, 0-9 and -')
  }
}

function edgeRefusals({ clientAddress, limits = {} }: View, refuse: Refuse): void {
  clientAddress?.trustedProxies.forEach((network, index) => {
    if (isNetwork(network)) return
    refuse(['clientAddress', 'trustedProxies', index], 'must be a network: 10.0.0.0/8')
  })
  const { headerBytes, bodyBytes, idleMs } = limits
  if (headerBytes !== undefined && !isWhole(headerBytes, 1, HEADER_BYTES_MAX)) {
    refuse(
      ['limits', 'headerBytes'],
      `HAProxy holds a head in one buffer: at most ${HEADER_BYTES_MAX} bytes`,
    )
  }
  if (bodyBytes !== undefined && !isWhole(bodyBytes, 0, BODY_BYTES_MAX)) {
    refuse(['limits', 'bodyBytes'], 'must be a whole number of bytes')
  }
  if (idleMs !== undefined && !isDuration(idleMs)) {
    refuse(['limits', 'idleMs'], 'must be from 1 ms to 24 h')
  }
}

function secretRefusals(secret: Secret, refuse: Refuse): void {
  if (!RESOURCE_NAME.test(secret.name)) refuse(['name'], 'must be of a-z, 0-9 and -')
  if (secret.type !== 'Users') return
  secret.users.forEach(({ name, hash }, index) => {
    if (name === '' || name.includes(':') || !isText(name, USER_NAME_BYTES_MAX)) {
      refuse(['users', index, 'name'], 'must be printable, without ":"')
    }
    // A hash is no secret to print here, and its form is all that is said of it.
    if (!PASSWORD_HASH.test(hash)) refuse(['users', index, 'hash'], 'must be crypt(3)’s')
  })
}
