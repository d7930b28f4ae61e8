import { describe, it } from 'vitest'
import { zookeeperAway } from '../scenarios/zookeeper-away.ts'
import { startApacheZooKeeper } from '../support/apache-zookeeper.ts'
import { missing } from '../support/requirements.ts'
import { type EngineName, startStack } from '../support/stack.ts'

const ENGINES: readonly EngineName[] = ['haproxy', 'nginx', 'httpd', 'builtin']
const absent = missing('haproxy') ?? missing('nginx') ?? missing('httpd') ?? missing('zookeeper')

describe.skipIf(absent !== undefined)('F1: ZooKeeper killed under load', () => {
  it('fails no request, and the next change arrives after its return', async () => {
    await using zookeeper = await startApacheZooKeeper()
    await using stack = await startStack({ engines: ENGINES, zookeeper: zookeeper.connectString })
    await zookeeperAway({
      stack,
      kill: () => zookeeper.kill(),
      restart: () => zookeeper.restart(),
    })
  })
})
