import { expect, it } from 'vitest'
import { endSession } from '../../../../test/scenarios/zookeeper-faults/end-session.ts'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { GroupMember, PersistentEphemeralNode, READ_ACL_UNSAFE } from '../../src/index.ts'
import { startFrameGate } from '../support/frame-gate.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('joins, sees who comes, says something else, and leaves', async () => {
    await using one = await stage.client()
    await using two = await stage.client()
    const path = `${stage.path()}/deep/group`
    const first = new GroupMember(one, path, 'first', { data: 'a' })
    await first.start()
    expect(first.state).toBe('present')
    const seen = () =>
      Object.fromEntries([...first.members].map(([id, data]) => [id, String(data)]))
    await waitFor('itself', () => first.members.has('first'))
    expect(seen()).toEqual({ first: 'a' })
    const second = new GroupMember(two, path, 'second')
    await second.start()
    await waitFor('the second', () => first.members.size === 2)
    expect((await one.exists(`${path}/second`))?.ephemeralOwner).toBe(two.sessionId)
    const told: string[][] = []
    first.onMembersChange((members) => told.push([...members.keys()].sort()))
    await second.setData('b')
    await waitFor('its data', () => seen()['second'] === 'b')
    await second.close()
    expect(second.state).toBe('closed')
    await waitFor('its leaving', () => first.members.size === 1)
    expect(told.at(-1)).toEqual(['first'])
    await first.close()
    expect(await one.getChildren(path)).toEqual([])
    await expect(first.setData('late')).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  })

  it('comes back under its name with its newest data when its session is ended by force', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({ connectString: gate.connectString })
    await using observer = await stage.client()
    const path = stage.path()
    await using member = new GroupMember(zk, path, 'one', { data: 'a' })
    await member.start()
    await member.setData('b')
    const former = await observer.getData(`${path}/one`)
    const states: string[] = []
    member.onStateChange(({ state }) => states.push(state))
    if (gate.session === undefined) throw new Error('no session')
    // Its owner must not come back in the middle.
    gate.hold('toServer')
    await endSession(stage.server.port, gate.session)
    gate.pass('toServer')
    const { data, stat } = await waitFor('the member again', () =>
      observer.getData(`${path}/one`).catch(() => undefined),
    )
    expect(stat.ephemeralOwner).not.toBe(former.stat.ephemeralOwner)
    expect(String(data)).toBe('b')
    await waitFor('the member to know', () => member.state === 'present')
    expect(states).toEqual(['suspended', 'connecting', 'present'])
  })

  it('is set right when somebody deletes it or writes over it', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const path = stage.path()
    await using node = new PersistentEphemeralNode(zk, path, 'right')
    await node.start()
    const { czxid } = (await other.getData(path)).stat
    await other.delete(path)
    await waitFor('another znode', async () => {
      const stat = await other.exists(path)
      return stat !== undefined && stat.czxid !== czxid
    })
    await other.setData(path, 'wrong')
    await waitFor('its data', async () => String((await other.getData(path)).data) === 'right')
  })

  it('never takes the znode of another session for its own, nor a persistent one', async () => {
    await using zk = await stage.client()
    await using holder = await stage.client()
    const path = stage.path()
    await holder.create(path, 'theirs', { mode: 'ephemeral' })
    await using node = new PersistentEphemeralNode(zk, path, 'ours')
    await expect(node.start({ timeoutMs: 100 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    await waitFor('it to wait', () => node.state === 'waiting')
    expect(node.event.owner).toBe(holder.sessionId)
    await holder.multi([
      { type: 'delete', path },
      { type: 'create', path, data: 'nobody’s' },
    ])
    await waitFor('it to wait for nobody', () => node.event.owner === 0n)
    await holder.delete(path)
    await node.start()
    expect(String((await holder.getData(path)).data)).toBe('ours')
  })

  it('takes over at once what its predecessor left behind, and does not fight over it', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using dying = await stage.client({ connectString: proxy.connectString })
    await using zk = await stage.client()
    const path = stage.path()
    const isPredecessor = ({ data }: { data: Buffer | null }) => data?.toString() === 'host-1'
    const former = new PersistentEphemeralNode(dying, path, 'host-1', { isPredecessor })
    await former.start()
    proxy.setMode('silent')
    const held = await zk.exists(path)
    await using node = new PersistentEphemeralNode(zk, path, 'host-1', { isPredecessor })
    await node.start()
    expect(held?.ephemeralOwner).toBe(dying.sessionId)
    expect((await zk.exists(path))?.ephemeralOwner).toBe(zk.sessionId)
    // It was not dead after all: now it waits.
    proxy.setMode('forward')
    await waitFor('the former one to wait', () => former.state === 'waiting')
    await node.close()
    await waitFor('the former one to come back', () => former.state === 'present')
    await former.close()
  })

  it('says what ZooKeeper refuses, and goes on trying', async () => {
    await using zk = await stage.client()
    await using admin = await stage.client({
      auth: [{ scheme: 'digest', credential: 'super:test' }],
    })
    const path = stage.path()
    await admin.create(path, null, { acl: READ_ACL_UNSAFE })
    await using node = new PersistentEphemeralNode(zk, `${path}/node`, null)
    const started = node.start()
    await waitFor('the refusal', () => node.state === 'failing')
    expect(node.event).toMatchObject({ error: { code: 'ZK_NO_AUTH' } })
    await admin.delete(path)
    await started
    expect(node.state).toBe('present')
  })

  it('ends with its client', async () => {
    const zk = await stage.client()
    const node = new PersistentEphemeralNode(zk, stage.path(), null)
    await node.start()
    const late = new PersistentEphemeralNode(zk, stage.path(), null)
    await zk.close()
    expect(node.state).toBe('closed')
    await expect(late.start()).rejects.toMatchObject({ code: 'ZK_CLOSED' })
    await Promise.all([node.close(), late.close()])
  })
})
