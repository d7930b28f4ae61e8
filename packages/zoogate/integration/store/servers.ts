import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { startApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { missing } from '../../../../test/support/requirements.ts'

export interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly connectString: string
}

/** The servers that the store must run on: ours, and the real one. */
export const servers = [
  { name: 'the embedded server', start: startEmbedded, skipped: false },
  {
    name: 'Apache ZooKeeper',
    start: (): Promise<TestServer> => startApacheZooKeeper(),
    skipped: missing('zookeeper') !== undefined,
  },
]

async function startEmbedded(): Promise<TestServer> {
  const folder = await temporaryFolder()
  const server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
  await server.listen()
  return {
    port: server.port,
    connectString: server.connectString,
    async [Symbol.asyncDispose]() {
      await server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
