import { expect, it } from 'vitest'
import { startProgram } from '../../../../test/support/program.ts'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { joinPath, LeaderElection, Lock, Semaphore } from '../../src/index.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { onEachServer } from '../support/on-each-server.ts'

const holderProgram = new URL('../support/lock-holder.mjs', import.meta.url).pathname

/** Resolves when so many stand in line. */
const lineUp = (lock: Lock, count: number) =>
  waitFor(`${count} in line`, async () => (await lock.contenders()).length === count)

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

async function follow(leaders: AsyncIterable<unknown>): Promise<void> {
  for await (const leader of leaders) expect(leader).toBeDefined()
}

onEachServer((stage) => {
  it('is held by one at a time, in the order of arrival', async () => {
    await using first = await stage.client()
    await using second = await stage.client()
    const path = stage.path()
    const a = await new Lock(first, path, { data: 'a' }).acquire()
    const others = new Lock(second, path, { data: 'b' })
    const granted: string[] = []
    const b = others.acquire().finally(() => granted.push('b'))
    await lineUp(others, 2)
    const c = new Lock(first, path, { data: 'c' }).acquire().finally(() => granted.push('c'))
    await lineUp(others, 3)
    const contenders = await others.contenders()
    expect(contenders.map(({ data }) => String(data))).toEqual(['a', 'b', 'c'])
    expect(contenders[0]).toMatchObject({
      path: a.path,
      fencingToken: a.fencingToken,
      sessionId: first.sessionId,
    })
    expect(granted).toEqual([])
    await a.release()
    const heldB = await b
    expect(granted).toEqual(['b'])
    await heldB.release()
    const heldC = await c
    expect(heldB.fencingToken).toBeGreaterThan(a.fencingToken)
    expect(heldC.fencingToken).toBeGreaterThan(heldB.fencingToken)
    expect([a, heldB, heldC].map(({ signal }) => signal.aborted)).toEqual([true, true, false])
    await heldC.release()
    await heldC.release()
    expect(await others.contenders()).toEqual([])
  })

  it('is tried without waiting, and without a trace', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const lock = new Lock(zk, joinPath(path, 'deep/down'))
    expect(await lock.contenders()).toEqual([])
    await using held = await lock.tryAcquire()
    expect(held?.signal.aborted).toBe(false)
    const before = await zk.exists(lock.path)
    expect(await lock.tryAcquire()).toBeUndefined()
    expect(await zk.exists(lock.path)).toEqual(before)
    await held?.release()
    await using again = await lock.tryAcquire()
    expect(again).toBeDefined()
  })

  it('runs work under the lock, and lets it go whatever becomes of that', async () => {
    await using zk = await stage.client()
    const lock = new Lock(zk, stage.path())
    let running = 0
    const work = async () => {
      running++
      await zk.sync('/')
      return running--
    }
    expect(await Promise.all([lock.run(work), lock.run(work), lock.run(work)])).toEqual([1, 1, 1])
    const failure = new Error('the work failed')
    const failing = lock.run(async ({ signal, fencingToken }) => {
      expect([signal.aborted, fencingToken > 0n]).toEqual([false, true])
      await expect(lock.run(work, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
      throw failure
    })
    await expect(failing).rejects.toBe(failure)
    await lineUp(lock, 0)
  })

  it('gives up the place in line with the wait', async () => {
    await using zk = await stage.client()
    const lock = new Lock(zk, stage.path())
    const held = await lock.acquire()
    await expect(lock.acquire({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
    // Where the create itself was not answered in that time, its znode goes a moment after the wait.
    await lineUp(lock, 1)
    const controller = new AbortController()
    const middle = lock.acquire({ signal: controller.signal })
    await lineUp(lock, 2)
    const last = lock.acquire()
    await lineUp(lock, 3)
    controller.abort(new Error('enough'))
    await expect(middle).rejects.toMatchObject({
      code: 'ZK_ABORTED',
      mayHaveHappened: false,
      cause: { message: 'enough' },
    })
    expect(await lock.contenders()).toHaveLength(2)
    await held.release()
    await (await last).release()
    const aborted = AbortSignal.abort()
    await expect(lock.acquire({ signal: aborted })).rejects.toMatchObject({ code: 'ZK_ABORTED' })
    expect(await lock.contenders()).toEqual([])
  })

  it('lets many waits share a signal, and some have no end', async () => {
    await using zk = await stage.client()
    const lock = new Lock(zk, stage.path())
    const warnings: Error[] = []
    const note = (warning: Error) => warnings.push(warning)
    process.on('warning', note)
    const held = await lock.acquire({ timeoutMs: Infinity })
    const { signal, abort } = abortable()
    const waiting = Array.from({ length: 20 }, () => lock.acquire({ signal, timeoutMs: Infinity }))
    await lineUp(lock, 21)
    abort()
    for (const { status } of await Promise.allSettled(waiting)) expect(status).toBe('rejected')
    process.off('warning', note)
    expect(warnings).toEqual([])
    expect(held.signal.aborted).toBe(false)
    await held.release({ timeoutMs: 10_000 })
  })

  it('leaves no watch behind, however often it is waited for in vain', async () => {
    await using holder = await stage.client()
    await using zk = await stage.client()
    const path = stage.path()
    await using held = await new Lock(holder, path).acquire()
    const semaphorePath = stage.path()
    await using lease = await new Semaphore(holder, semaphorePath, 1).acquire()
    const election = new LeaderElection(zk, path)
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController()
      const { signal } = controller
      const waiting = [
        new Lock(zk, path).acquire({ signal }),
        new Semaphore(zk, semaphorePath, 1).acquire({ signal }),
        follow(election.observe({ signal })),
      ]
      await lineUp(new Lock(holder, path), 2)
      await waitFor('both to wait', async () => {
        return (await holder.getChildren(`${semaphorePath}/leases`)).length === 2
      })
      controller.abort()
      await Promise.allSettled(waiting)
      await lineUp(new Lock(holder, path), 1)
    }
    // Those on its own znodes went with these, or go with the event that tells of it.
    await zk.sync('/')
    expect(zk.stats().watches).toMatchObject({ data: 0, exist: 0, children: 0 })
    expect([held, lease].map(({ signal }) => signal.aborted)).toEqual([false, false])
  })

  it('wakes one when it is released', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using holder = await stage.client()
    // Long, so that one request of a woken one shows among all pings.
    const path = `${stage.path()}-${'x'.repeat(2_000)}`
    const held = await new Lock(holder, path).acquire()
    const clients = await Promise.all(
      Array.from({ length: 6 }, () => stage.client({ connectString: proxy.connectString })),
    )
    const waiting = clients.map((client) => new Lock(client, path).acquire())
    const [first] = clients
    if (first === undefined) throw new Error('there are six')
    const settle = async () => {
      // The events have come with the first answer, and what they made the client ask with the second.
      for (let i = 0; i < 2; i++) await Promise.all(clients.map((client) => client.sync('/')))
    }
    await lineUp(new Lock(holder, path), 7)
    await settle()
    const before = proxy.bytesFromClients
    await held.release()
    const next = await Promise.race(waiting)
    await settle()
    expect(proxy.bytesFromClients - before).toBeGreaterThan(2_000)
    expect(proxy.bytesFromClients - before).toBeLessThan(4_000)
    expect(next.signal.aborted).toBe(false)
    await Promise.all(clients.map((client) => client.close()))
    await Promise.allSettled(waiting)
  })

  it('is lost when somebody deletes its znode, and a waiting one stands in line again', async () => {
    await using zk = await stage.client()
    await using operator = await stage.client()
    const lock = new Lock(zk, stage.path())
    const held = await lock.acquire()
    const waiting = lock.acquire()
    await lineUp(lock, 2)
    const [, second] = await lock.contenders()
    await operator.delete(second?.path ?? '')
    await waitFor('it to stand again', async () => {
      const now = (await lock.contenders())[1]
      return now !== undefined && now.path !== second?.path
    })
    // Changed data is none of anybody's business, before as after.
    await operator.setData(held.path, 'x')
    await operator.setData(held.path, 'y')
    await zk.sync('/')
    expect(held.signal.aborted).toBe(false)
    const lost = new Promise((resolve) => held.signal.addEventListener('abort', resolve))
    await operator.delete(held.path)
    await lost
    expect(held.signal.reason).toMatchObject({ code: 'ZK_NO_NODE' })
    await using next = await waiting
    expect(next.fencingToken).toBeGreaterThan(held.fencingToken)
    await held.release()
  })

  it('does not hold up the end of a block in an outage, and is let go after it', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 20_000,
    })
    await using other = await stage.client()
    const path = stage.path()
    const clock = manualClock()
    const held = [
      await new Lock(zk, `${path}-lock`, { clock }).acquire(),
      await new Semaphore(zk, `${path}-leases`, 1, { clock }).acquire(),
      await new LeaderElection(zk, `${path}-lead`, { clock }).campaign(),
    ]
    proxy.setMode('refuse')
    await waitFor('the loss', () => zk.state === 'suspended')
    let disposed = 0
    const disposing = held.map(async (one) => {
      await one[Symbol.asyncDispose]()
      disposed++
    })
    clock.advance(1_999)
    await new Promise(setImmediate)
    expect(disposed).toBe(0)
    clock.advance(1)
    await Promise.all(disposing)
    expect(zk.state).not.toBe('connected')
    proxy.setMode('forward')
    for (const { path } of held) {
      await waitFor('it to go', async () => (await other.exists(path)) === undefined)
    }
  })

  it('goes to the next one when its holder is killed', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await using holder = await startProgram(
      process.execPath,
      [holderProgram, stage.server.connectString, path],
      { ready: /^held \d+$/m },
    )
    const lock = new Lock(zk, path)
    expect(await lock.tryAcquire()).toBeUndefined()
    const waiting = lock.acquire()
    await lineUp(lock, 2)
    holder.kill('SIGKILL')
    await using next = await waiting
    const token = BigInt(/^held (\d+)$/m.exec(holder.output())?.[1] ?? -1)
    expect(next.fencingToken).toBeGreaterThan(token)
  })

  it('counts those before with a number beyond the int32, and leaves other children alone', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.create(path, null)
    // The server would give this number after four billion contenders.
    const before = joinPath(path, '_c_00000000-0000-0000-0000-000000000000-lock--000000001')
    await zk.create(before, null)
    await zk.create(joinPath(path, 'notes'), null)
    const lock = new Lock(zk, path)
    expect(await lock.tryAcquire()).toBeUndefined()
    const waiting = lock.acquire()
    await lineUp(lock, 2)
    expect((await lock.contenders())[0]?.path).toBe(before)
    await zk.delete(before)
    await (await waiting).release()
  })
})
