import { describe, expect, it } from 'vitest'
import { startEnsemble } from '../../../test/support/apache-zookeeper.ts'
import { missing } from '../../../test/support/requirements.ts'
import { type WatchEvent, ZooKeeper } from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

/** The superuser whom the tests' servers know. */
const superuser = { scheme: 'digest', credential: 'super:test' }

describe.skipIf(missing('zookeeper') !== undefined)('on an Apache ensemble of three', () => {
  it('takes a member out and back in, and tells a watch of both', async () => {
    await using ensemble = await startEnsemble({ config: ['reconfigEnabled=true'] })
    const leader = await ensemble.leader()
    const [leaves] = [1, 2, 3].filter((id) => id !== leader + 1)
    // Connected to the leader alone: the member that leaves stops serving.
    const target = `${ensemble.members[leader]?.connectString}/not/there`
    await using zk = new ZooKeeper(target, { auth: [superuser], sessionTimeoutMs: 10_000 })
    await zk.connect({ timeoutMs: 30_000 })
    const events: WatchEvent[] = []
    const before = await zk.getConfig({ watch: (event) => events.push(event) })
    expect(before.servers.map(({ id }) => id)).toEqual([1, 2, 3])
    expect(before.servers[0]).toMatchObject({
      addresses: [{ host: '127.0.0.1' }],
      role: 'participant',
      clientAddress: { host: '127.0.0.1', port: ensemble.members[0]?.port },
    })
    const member = before.servers.find(({ id }) => id === leaves)
    if (member === undefined) throw new Error('the member is not in the configuration')

    const without = await zk.reconfig({ leaving: [member.id], fromConfig: before.version })
    expect(without.servers).toEqual(before.servers.filter(({ id }) => id !== leaves))
    expect(without.version).toBeGreaterThan(before.version)
    expect(events).toMatchObject([{ type: 'dataChanged', path: '/zookeeper/config' }])

    await expect(
      zk.reconfig({ joining: [member], fromConfig: before.version }),
    ).rejects.toMatchObject({ code: 'ZK_BAD_VERSION', path: '/zookeeper/config' })
    const back = await zk.reconfig({ joining: [member] })
    expect(back.servers).toEqual(before.servers)
    expect(await zk.getConfig()).toEqual({ ...back, stat: expect.anything() })

    const all = await zk.reconfig({ newMembers: back.servers.filter(({ id }) => id !== leaves) })
    expect(all.servers).toEqual(without.servers)
    await expect(zk.reconfig({ joining: ['server.9=nonsense'] })).rejects.toMatchObject({
      code: 'ZK_BAD_ARGUMENTS',
    })
    await using stranger = new ZooKeeper(target)
    await stranger.connect({ timeoutMs: 30_000 })
    await expect(stranger.reconfig({ leaving: [member.id] })).rejects.toMatchObject({
      code: 'ZK_NO_AUTH',
    })
  })
})

onEachServer(
  (stage) => {
    it('has no members and takes none when it stands alone', async () => {
      await using zk = await stage.client()
      expect(await zk.getConfig()).toMatchObject({ servers: [], version: 0n })
      await expect(zk.reconfig({ leaving: [1] })).rejects.toMatchObject({
        code: 'ZK_RECONFIG_DISABLED',
      })
      await expect(zk.reconfig({ leaving: [] })).rejects.toMatchObject({
        code: 'ZK_INVALID_OPTION',
      })
      expect(zk.state).toBe('connected')
    })
  },
  ['standalone', 'embedded'],
)
