import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ApacheZooKeeper,
  startApacheZooKeeper,
} from '../../../test/support/apache-zookeeper.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { missing } from '../../../test/support/requirements.ts'
import {
  aclFacts,
  type Facts,
  hostileFacts,
  multiFacts,
  sessionFacts,
  treeFacts,
  watchFacts,
} from './facts.ts'

const SUITES: Readonly<Record<string, (port: number) => Promise<Facts>>> = {
  tree: treeFacts,
  ACLs: aclFacts,
  watches: watchFacts,
  multi: multiFacts,
  sessions: sessionFacts,
  'hostile bytes': hostileFacts,
}

/** Each fact is what the one server did and what the other did, byte by byte on the wire. */
describe.skipIf(missing('zookeeper') !== undefined)('beside Apache ZooKeeper 3.8', () => {
  let apache: ApacheZooKeeper
  let embedded: ZooKeeperServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>

  beforeAll(async () => {
    folder = await temporaryFolder()
    embedded = new ZooKeeperServer({ dataFolder: folder.path, port: 0, tickTimeMs: 500 })
    ;[apache] = await Promise.all([startApacheZooKeeper({ tickTimeMs: 500 }), embedded.listen()])
  })

  afterAll(async () => {
    await embedded.close()
    await apache[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  for (const [name, facts] of Object.entries(SUITES)) {
    it(`does the same with ${name}`, async () => {
      const [ours, theirs] = [await facts(embedded.port), await facts(apache.port)]
      expect(Object.keys(ours).length).toBeGreaterThan(5)
      expect(ours).toEqual(theirs)
    })
  }
})
