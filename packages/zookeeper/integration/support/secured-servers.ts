import {
  type ApacheZooKeeper,
  type ApacheZooKeeperOptions,
  startApacheZooKeeper,
} from '../../../../test/support/apache-zookeeper.ts'
import { type Authority, createAuthority } from '../../../../test/support/certificates.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'

/** What the tests of one file share. All of it goes when disposed of, also when half of it could not be started. */
export interface SecuredServers extends AsyncDisposable {
  start(options: ApacheZooKeeperOptions): Promise<ApacheZooKeeper>
  authority(commonName: string): Promise<Authority>
}

/** Has servers and authorities made, and holds them. */
export function securedServers(): SecuredServers {
  const held: AsyncDisposable[] = []
  const hold = <T extends AsyncDisposable>(one: T): T => {
    held.push(one)
    return one
  }
  return {
    start: async (options) => hold(await startApacheZooKeeper(options)),
    authority: async (name) => createAuthority(hold(await temporaryFolder()).path, name),
    async [Symbol.asyncDispose]() {
      await Promise.all(held.map((one) => one[Symbol.asyncDispose]()))
    },
  }
}
