import type { DataInput } from '../../client/multi.ts'
import type { ZooKeeper } from '../../client/zookeeper.ts'
import { type Clock, systemClock } from '../../connection/clock.ts'
import { type Acl, OPEN_ACL_UNSAFE } from '../../protocol/records/acl.ts'
import type { Place } from './protected-create.ts'

/** Settings of a lock, an election or a semaphore. */
export interface ContenderOptions {
  /** Who we are, for those who ask for the contenders (default none): a host and a port, say. */
  readonly data?: DataInput | undefined
  /** The ACL of our znode, and of the path where that has to be made (default: everybody may do everything). */
  readonly acl?: readonly Acl[] | undefined
  /** For tests: where time comes from. */
  readonly clock?: Clock | undefined
}

/** The place of a queue, with the defaults filled in. */
export function placeOf(
  client: ZooKeeper,
  path: string,
  prefix: string,
  options: ContenderOptions,
): Place {
  const { data = null, acl = OPEN_ACL_UNSAFE, clock = systemClock } = options
  return { client, path, prefix, data, acl, clock }
}
