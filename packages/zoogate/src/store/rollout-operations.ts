import type { MultiOperation } from '@zoogate/zookeeper'
import { closureDigest } from '../model/references/closure.ts'
import type { DesiredState } from '../model/resources/desired-state.ts'
import { resourcesOf } from '../model/resources/resource.ts'
import type { StoreContext } from './revision-reader.ts'
import { decodeRollout, nextRollout, type RolloutChange } from './rollout.ts'
import { ensurePath, mapBounded, readZnode } from './znodes.ts'

const REQUESTS_AT_ONCE = 64

export interface GatewayTarget {
  readonly name: string
  /** Its closure differs: its nodes have something to do. */
  readonly changed: boolean
}

export interface RolloutOperations {
  readonly operations: readonly MultiOperation[]
  readonly targets: readonly GatewayTarget[]
}

const digestIn = ({ resources, secrets }: DesiredState, gateway: string) =>
  closureDigest(gateway, resources, secrets)

/**
 * What a new revision writes to the Gateways' rollout znodes. A Gateway that is no longer there gets
 * its target too, so that its nodes learn of it.
 */
export async function rolloutOperations(
  { client, paths }: StoreContext,
  before: DesiredState,
  after: DesiredState,
  change: Omit<RolloutChange, 'closureChanged'>,
): Promise<RolloutOperations> {
  const names = new Set(
    [before, after].flatMap(({ resources }) =>
      resourcesOf(resources, 'Gateway').map((gateway) => gateway.metadata.name),
    ),
  )
  const results = await mapBounded([...names].sort(), REQUESTS_AT_ONCE, async (name) => {
    const closureChanged = digestIn(before, name) !== digestIn(after, name)
    const path = paths.rollout(name)
    const znode = await readZnode(client, path)
    const rollout = znode === undefined ? undefined : decodeRollout(znode.data, path)
    const data = JSON.stringify(nextRollout(rollout, { ...change, closureChanged }))
    const target = { name, changed: closureChanged }
    if (znode !== undefined) {
      const { version } = znode.stat
      return { target, operation: { type: 'setData', path, data, version } as const }
    }
    await ensurePath(client, paths.gateway(name))
    return { target, operation: { type: 'create', path, data } as const }
  })
  return {
    operations: results.map(({ operation }) => operation),
    targets: results.map(({ target }) => target),
  }
}
