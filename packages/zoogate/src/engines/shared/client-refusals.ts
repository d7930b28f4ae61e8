import type { View } from '../../model/view/view.ts'
import type { EngineRefusal } from '../engine.ts'
import { gather, type Refuse } from './gather.ts'
import { isDuration, isNetwork, isWhole } from './grammar.ts'

export interface ClientBounds {
  readonly engine: string
  /** The most that {@link View.limits} may let a head have. */
  readonly headerBytesMax: number
}

const HEADER_BYTES_MIN = 256
const MIB = 1_048_576

/** What holds for all of a Gateway's clients. */
export function clientRefusals(view: View, bounds: ClientBounds): readonly EngineRefusal[] {
  return gather(`Gateway/${view.gateway}`, (refuse) => {
    checkConcurrency(view, refuse)
    checkClientAddress(view, bounds, refuse)
    checkLimits(view, bounds, refuse)
  })
}

function checkConcurrency({ concurrency }: View, refuse: Refuse): void {
  if (concurrency.workers !== 'auto' && !isWhole(concurrency.workers, 1, 1_024)) {
    refuse(['concurrency', 'workers'], 'must be "auto", or a number from 1 to 1024')
  }
  if (!isWhole(concurrency.maxConnections, 1, 10_000_000)) {
    refuse(['concurrency', 'maxConnections'], 'must be a whole number from 1')
  }
  if (!isDuration(concurrency.keepAliveMs)) {
    refuse(['concurrency', 'keepAliveMs'], 'must be from 1 ms to 24 h')
  }
}

function checkClientAddress(
  { clientAddress }: View,
  { engine }: ClientBounds,
  refuse: Refuse,
): void {
  clientAddress?.trustedProxies.forEach((network, index) => {
    if (!isNetwork(network)) {
      refuse(['clientAddress', 'trustedProxies', index], 'must be a network or an address')
    }
  })
  if (clientAddress?.proxyProtocol === true && clientAddress.trustedProxies.length > 0) {
    refuse(
      ['clientAddress', 'trustedProxies'],
      `${engine} takes the client’s address from headers or from the PROXY protocol, not from both`,
    )
  }
}

function checkLimits({ limits }: View, { headerBytesMax }: ClientBounds, refuse: Refuse): void {
  const { headerBytes, bodyBytes, idleMs } = limits ?? {}
  if (headerBytes !== undefined && !isWhole(headerBytes, HEADER_BYTES_MIN, headerBytesMax)) {
    refuse(
      ['limits', 'headerBytes'],
      `must be from ${HEADER_BYTES_MIN} bytes to ${headerBytesMax / MIB} MiB`,
    )
  }
  if (bodyBytes !== undefined && !isWhole(bodyBytes, 1, Number.MAX_SAFE_INTEGER)) {
    refuse(['limits', 'bodyBytes'], 'must be a whole number from 1')
  }
  if (idleMs !== undefined && !isDuration(idleMs)) {
    refuse(['limits', 'idleMs'], 'must be from 1 ms to 24 h')
  }
}
