import { startApacheZooKeeper } from '../../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { missing } from '../../../../test/support/requirements.ts'
// By its path: this package must not depend on the one that is built on it.
import { ZooKeeperServer } from '../../../zookeeper-server/src/index.ts'
import { generateDigest } from '../../src/index.ts'

/** A server that the suite runs against. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly connectString: string
}

/** A kind of server that the suite runs against. */
export interface ServerKind {
  readonly name: string
  /** Why it cannot run here. */
  readonly missing: string | undefined
  start(): Promise<TestServer>
}

/** Both servers: the same tests must pass on each. */
export const serverKinds: readonly ServerKind[] = [
  {
    name: 'Apache ZooKeeper',
    missing: missing('zookeeper'),
    start: () => startApacheZooKeeper(),
  },
  {
    name: 'the embedded server',
    missing: undefined,
    start: startEmbedded,
  },
]

async function startEmbedded(): Promise<TestServer> {
  const folder = await temporaryFolder()
  const server = new ZooKeeperServer({
    dataFolder: folder.path,
    port: 0,
    tickTimeMs: 500,
    // As startApacheZooKeeper has it.
    superDigest: generateDigest('super', 'test'),
  })
  await server.listen()
  return {
    port: server.port,
    connectString: `127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server.close()
      await folder[Symbol.asyncDispose]()
    },
  }
}
