import { type ZooKeeper, ZooKeeperError } from '@zoogate/zookeeper'

/** A connection that breaks leaves it open whether the change was made: then the znode is asked. */
export async function untilDone(
  zookeeper: ZooKeeper,
  path: string,
  present: boolean,
  change: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    try {
      await change()
      return
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.retryable)) throw error
    }
    if (((await zookeeper.exists(path)) !== undefined) === present) return
  }
}
