import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type Contender, LeaderElection } from '../../src/index.ts'
import { onEachServer } from '../support/on-each-server.ts'

/** Who is seen to lead, by its data, from now on. */
function follow(
  election: LeaderElection,
  signal: AbortSignal,
): { seen: string[]; end: Promise<unknown> } {
  const seen: string[] = []
  const run = async () => {
    for await (const leader of election.observe({ signal })) {
      seen.push(leader === undefined ? 'nobody' : String(leader.data))
    }
  }
  return { seen, end: run().catch((error: unknown) => error) }
}

const nameOf = (leader: Contender | undefined) => String(leader?.data)

onEachServer((stage) => {
  it('has one leader after another, whom anybody can see', async () => {
    await using first = await stage.client()
    await using second = await stage.client()
    await using watcher = await stage.client()
    const path = stage.path()
    const observed = new LeaderElection(watcher, path)
    const stop = new AbortController()
    const { seen, end } = follow(observed, stop.signal)
    await waitFor('the empty election to be seen', () => seen.length === 1)
    const a = await new LeaderElection(first, path, { data: 'a' }).campaign()
    await waitFor('a to be seen', () => seen.length === 2)
    const election = new LeaderElection(second, path, { data: 'b' })
    const waiting = election.campaign()
    await waitFor('b to stand', async () => (await observed.contenders()).length === 2)
    expect(await observed.leader()).toMatchObject({ path: a.path, fencingToken: a.fencingToken })
    await a.resign()
    const b = await waiting
    expect(b.fencingToken).toBeGreaterThan(a.fencingToken)
    expect(a.signal.reason).toMatchObject({ code: 'ZK_CLOSED' })
    await waitFor('b to be seen', () => seen.length === 3)
    await second.setData(b.path, 'B')
    await waitFor('its new data to be seen', () => seen.length === 4)
    expect(b.signal.aborted).toBe(false)
    await second.close()
    expect(b.signal.reason).toMatchObject({ code: 'ZK_CLOSED' })
    await waitFor('nobody to be seen', () => seen.length === 5)
    expect(seen).toEqual(['nobody', 'a', 'b', 'B', 'nobody'])
    expect(nameOf(await observed.leader())).toBe('undefined')
    stop.abort()
    expect(await end).toMatchObject({ code: 'ZK_ABORTED' })
  })

  it('leads again and again, until it is told to stop or its work fails', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    const election = new LeaderElection(zk, stage.path())
    const stop = new AbortController()
    const ends: unknown[] = []
    const running = election.run(
      async ({ signal }) => {
        if (ends.length === 0) {
          ends.push('done')
        } else if (ends.length === 1) {
          proxy.cut()
          // The way in which most work learns that it shall stop.
          await new Promise((_, reject) => {
            signal.addEventListener('abort', () => {
              ends.push(signal.reason)
              reject(signal.reason)
            })
          })
        } else {
          stop.abort()
          expect(signal.aborted).toBe(false)
          ends.push('stopped')
        }
      },
      { signal: stop.signal },
    )
    await expect(running).rejects.toMatchObject({ code: 'ZK_ABORTED' })
    expect(ends).toMatchObject(['done', { code: 'ZK_CONNECTION_LOSS' }, 'stopped'])
    const failure = new Error('the work failed')
    await expect(election.run(() => Promise.reject(failure))).rejects.toBe(failure)
    expect(await election.contenders()).toEqual([])
  })

  it('shows the leader of now to who was away, in the same session and in a new one', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using watcher = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_000,
      reconnect: { minMs: 1, maxMs: 10 },
    })
    await using zk = await stage.client()
    const path = stage.path()
    const stop = new AbortController()
    const { seen, end } = follow(new LeaderElection(watcher, path), stop.signal)
    const a = await new LeaderElection(zk, path, { data: 'a' }).campaign()
    await waitFor('a to be seen', () => seen.at(-1) === 'a')
    proxy.setMode('refuse')
    const next = new LeaderElection(zk, path, { data: 'b' }).campaign()
    await a.resign()
    const b = await next
    proxy.setMode('forward')
    await waitFor('b to be seen', () => seen.at(-1) === 'b')
    const { sessionId } = watcher
    await watcher.create(`${path}-watcher`, null, { mode: 'ephemeral' })
    proxy.setMode('refuse')
    await b.resign()
    await waitFor('the session to expire', async () => {
      return (await zk.exists(`${path}-watcher`)) === undefined
    })
    proxy.setMode('forward')
    await waitFor('nobody to be seen', () => seen.at(-1) === 'nobody')
    expect(watcher.sessionId).not.toBe(sessionId)
    await using c = await new LeaderElection(zk, path, { data: 'c' }).campaign()
    await waitFor('c to be seen', () => seen.at(-1) === 'c')
    expect(c.signal.aborted).toBe(false)
    await watcher.close()
    expect(await end).toMatchObject({ code: 'ZK_CLOSED' })
  })

  it('ends a leadership when its connection is lost, and lets no other lead before it resigns', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using leader = await stage.client({ connectString: proxy.connectString })
    await using other = await stage.client()
    const path = stage.path()
    const election = new LeaderElection(leader, path)
    const lead = await election.campaign()
    const ended = new Promise((resolve) => lead.signal.addEventListener('abort', resolve))
    proxy.cut()
    await ended
    expect(lead.signal.reason).toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    await leader.sync('/')
    const standing = new LeaderElection(other, path)
    const campaign = standing.campaign()
    await waitFor('the other to stand', async () => (await standing.contenders()).length === 2)
    expect((await standing.leader())?.path).toBe(lead.path)
    await lead.resign()
    await using next = await campaign
    expect(next.signal.aborted).toBe(false)
  })

  it('gives the lead to the next one when a session expires by force', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using leader = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_000,
    })
    await using other = await stage.client()
    const path = stage.path()
    const election = new LeaderElection(leader, path, { data: 'first' })
    const lead = await election.campaign()
    const campaign = new LeaderElection(other, path, { data: 'second' }).campaign()
    proxy.setMode('silent')
    await using next = await campaign
    // The leader knew before the other could lead: it hears nothing for two thirds of the session's time first.
    expect(lead.signal.aborted).toBe(true)
    expect(next.fencingToken).toBeGreaterThan(lead.fencingToken)
    // It stands again, in the session that comes after.
    const again = election.campaign()
    proxy.setMode('refuse')
    proxy.setMode('forward')
    await waitFor('it to stand behind', async () => {
      const contenders = await election.contenders()
      return contenders.map(({ data }) => String(data)).join() === 'second,first'
    })
    await lead.resign()
    await next.resign()
    await using later = await again
    expect(later.fencingToken).toBeGreaterThan(next.fencingToken)
  })
})
