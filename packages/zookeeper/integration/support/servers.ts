import { inject } from 'vitest'
import { startApacheZooKeeper, startEnsemble } from '../../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { missing } from '../../../../test/support/requirements.ts'
// By its path: this package must not depend on the one that is built on it.
import { ZooKeeperServer } from '../../../zookeeper-server/src/index.ts'
import { generateDigest } from '../../src/index.ts'
import { followerPort, sharedFollowerPort } from './shared-ensemble.ts'

/** A server that the suite runs against. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly connectString: string
}

const names = {
  standalone: 'Apache ZooKeeper',
  ensemble: 'an Apache ensemble of three',
  embedded: 'the embedded server',
} as const

/** A kind of server that the suite runs against. */
export interface ServerKind {
  readonly id: keyof typeof names
  readonly name: string
  /** Why it cannot run here. */
  readonly missing: string | undefined
  start(): Promise<TestServer>
}

/** The same tests must pass on each. */
export const serverKinds: readonly ServerKind[] = [
  kind('standalone', missing('zookeeper'), () => startApacheZooKeeper()),
  kind('ensemble', missing('zookeeper'), reachFollower),
  kind('embedded', undefined, startEmbedded),
]

function kind(
  id: ServerKind['id'],
  whatIsMissing: string | undefined,
  start: ServerKind['start'],
): ServerKind {
  return { id, name: names[id], missing: whatIsMissing, start }
}

/**
 * A follower of an ensemble: of this run's, or of one of its own where a run has none, as the long ones. One member, since the tests have clients
 * read at once what other clients wrote, and no member promises that for another one; integration/ensemble.test.ts and the faults go to all.
 */
async function reachFollower(): Promise<TestServer> {
  const sharedAt = inject('sharedEnsemblePort') as number | undefined
  if (sharedAt !== undefined) return serverAt(await sharedFollowerPort(sharedAt), async () => {})
  const ensemble = await startEnsemble()
  return serverAt(await followerPort(ensemble), async () => {
    await ensemble[Symbol.asyncDispose]()
  })
}

function serverAt(port: number, dispose: () => Promise<void>): TestServer {
  return { port, connectString: `127.0.0.1:${port}`, [Symbol.asyncDispose]: dispose }
}

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
