import { ZooKeeper } from '@zoogate/zookeeper'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { claimNode } from '../../src/agent/report/node-claim.ts'
import { treePaths } from '../../src/store/tree-paths.ts'
import { type Site, startSite, untilAnswering } from './support/site.ts'

const shopOf = async (site: Site) => {
  const [node] = await site.store.readNodes('edge')
  return node?.report?.services['shop']
}

describe('protection, through ZooKeeper and a real engine', () => {
  it('F3: holds a mass deregistration until somebody releases it', async () => {
    await using site = await startSite('builtin')
    await site.apply()
    await site.startAgent()
    for (const backend of site.backends) await site.register(backend)
    await untilAnswering(site, 'b0 b1 b2 b3')
    for (const backend of site.backends) await site.unregister(backend)
    await waitFor('the hold to be told', async () => (await shopOf(site))?.differencesTotal === 4)
    const told = (await shopOf(site))?.differences.map(({ reason }) => reason).join('\n')
    expect(told).toContain('`zoogate release shop`')
    expect(await site.answering()).toBe('b0 b1 b2 b3')
    await site.register(site.backends[0])
    await untilAnswering(site, 'b0 b1 b2 b3')
    await site.store.release({ service: 'shop', by: 'ann' })
    await untilAnswering(site, 'b0')
  })

  it('drains by an operator’s word, also after a restart without ZooKeeper', async () => {
    await using site = await startSite('builtin')
    await site.apply()
    const agent = await site.startAgent()
    await site.register(site.backends[0])
    await site.register(site.backends[1])
    await untilAnswering(site, 'b0 b1')
    const target = { service: 'shop', instance: 'b1', by: 'ann' }
    await site.store.changeOverride(target, () => ({ v: 1, state: 'draining', by: 'ann' }))
    await untilAnswering(site, 'b0')
    await agent.stop()
    await site.stopEngine()
    await site.stopZooKeeper()
    await site.startAgent()
    await untilAnswering(site, 'b0')
    await site.startZooKeeper()
    await site.store.changeOverride(target, () => undefined)
    await untilAnswering(site, 'b0 b1')
  })
})

describe('a rollout that asks for what cannot be', () => {
  it('is said, and the former serves', async () => {
    await using site = await startSite('builtin')
    await site.apply()
    const agent = await site.startAgent()
    await site.register(site.backends[0])
    await untilAnswering(site, 'b0')
    const path = site.store.paths.rollout('edge')
    const { data } = await site.client.getData(path)
    const rollout = JSON.parse(data?.toString() ?? '{}') as object
    await site.client.setData(path, JSON.stringify({ ...rollout, target: 77 }))
    await waitFor('the node to say so', () => agent.report.state === 'failed')
    expect(agent.report.lastError?.message).toBe('there is no revision 77')
    await site.client.setData(path, 'not JSON')
    await site.register(site.backends[1])
    await untilAnswering(site, 'b0 b1')
    await site.client.setData(path, JSON.stringify(rollout))
    await waitFor('the node to be ready', () => agent.report.state === 'ready')
  })
})

describe('the name of a node', () => {
  const paths = treePaths()
  const options = (client: ZooKeeper, owner: string) => ({
    client,
    paths,
    gateway: 'edge',
    node: 'lb-1',
    owner,
  })
  const connected = async (site: Site) => {
    const client = new ZooKeeper(`127.0.0.1:${site.zookeeperPort}`, { sessionTimeoutMs: 4_000 })
    await client.connect()
    return client
  }

  it('is one agent’s, is free again at its end, and a former self’s leftover is no obstacle', async () => {
    await using site = await startSite('builtin')
    await using first = await connected(site)
    await using second = await connected(site)
    await claimNode(options(first, 'host-a:/one'))
    await claimNode(options(first, 'host-a:/one'))
    await expect(claimNode(options(second, 'host-b:/two'))).rejects.toMatchObject({
      code: 'AGENT_NODE_TAKEN',
      message: expect.stringContaining('host-a:/one'),
    })
    // Its own, of a session that has not ended yet.
    await claimNode(options(second, 'host-a:/one'))
    // Somebody else's that goes in time is waited for.
    const waiting = claimNode(options(first, 'host-b:/two'))
    await second.close()
    await waiting
  })
})
