import { describe, expect, it } from 'vitest'
import { startEnsemble } from '../../../test/support/apache-zookeeper.ts'
import { missing } from '../../../test/support/requirements.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import {
  ConnectionLossError,
  NodeExistsError,
  type SessionState,
  TreeCache,
  ZooKeeper,
} from '../src/index.ts'

/** Creates numbered znodes one after the other until told to stop; tells which creations were acknowledged. */
async function writeUntil(zk: ZooKeeper, root: string, stop: AbortSignal): Promise<Set<string>> {
  const acknowledged = new Set<string>()
  for (let i = 0; !stop.aborted; ) {
    const path = `${root}/${i}`
    try {
      acknowledged.add(await zk.create(path, String(i)))
      i++
    } catch (error) {
      // Lost on its way: ask before writing again. Found there: it had happened.
      if (error instanceof NodeExistsError) i++
      else if (!(error instanceof ConnectionLossError)) throw error
    }
  }
  return acknowledged
}

describe.skipIf(missing('zookeeper') !== undefined)('on an Apache ensemble of three', () => {
  it('keeps its session and every acknowledged write when the leader dies', async () => {
    await using ensemble = await startEnsemble({ members: 3 })
    await using writer = new ZooKeeper(ensemble.connectString, { sessionTimeoutMs: 10_000 })
    await using watcher = new ZooKeeper(ensemble.connectString, { sessionTimeoutMs: 10_000 })
    await Promise.all([writer, watcher].map((zk) => zk.connect({ timeoutMs: 30_000 })))
    const states: SessionState[] = []
    writer.onStateChange((state) => states.push(state))
    const { sessionId } = writer
    await writer.create('/written', null)
    await writer.create('/mine', null, { mode: 'ephemeral' })
    await using cache = new TreeCache(watcher, '/written')
    await cache.start()
    const stop = new AbortController()
    const writing = writeUntil(writer, '/written', stop.signal)
    await waitFor('some writes', () => cache.nodes.size > 50)
    const leader = await ensemble.leader()
    await ensemble.members[leader]?.kill()
    const before = cache.nodes.size
    await waitFor('writes under the next leader', () => cache.nodes.size > before + 50, {
      timeoutMs: 30_000,
    })
    stop.abort()
    const acknowledged = await writing
    await watcher.sync('/written')
    const children = new Set(await watcher.getChildren('/written'))
    for (const path of acknowledged) expect(children).toContain(path.slice('/written/'.length))
    await waitFor('the cache to be whole', () => cache.nodes.size === children.size + 1)
    for (const name of children) expect(cache.nodes.has(`/written/${name}`)).toBe(true)
    expect(writer.sessionId).toBe(sessionId)
    expect(states).not.toContain('lost')
    expect((await writer.exists('/mine'))?.ephemeralOwner).toBe(sessionId)
  })

  it('leaves a member that is stopped, and loses no watch by it', async () => {
    await using ensemble = await startEnsemble({ members: 3 })
    await using zk = new ZooKeeper(ensemble.connectString, { sessionTimeoutMs: 6_000 })
    await zk.connect({ timeoutMs: 30_000 })
    await using other = new ZooKeeper(ensemble.connectString, { sessionTimeoutMs: 10_000 })
    await other.connect({ timeoutMs: 30_000 })
    await other.create('/watched', null)
    await using cache = new TreeCache(zk, '/watched')
    await cache.start()
    const { sessionId } = zk
    const leader = await ensemble.leader()
    for (const [index, member] of ensemble.members.entries()) {
      if (index === leader) continue
      member.pause()
      await other.ensurePath(`/watched/${index}`)
      await waitFor('the cache to see it', () => cache.nodes.has(`/watched/${index}`), {
        timeoutMs: 30_000,
      })
      member.resume()
    }
    expect(zk.sessionId).toBe(sessionId)
  })
})
