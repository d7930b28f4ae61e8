import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { LockingQueue, type QueueItem, type ZooKeeper } from '../../src/index.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { startFrameGate } from '../support/frame-gate.ts'
import { onEachServer } from '../support/on-each-server.ts'

/** A long session, so that no ping is taken for the frame that a test waits for. */
const NO_PING_SOON_MS = 10_000

async function drain(zk: ZooKeeper, path: string): Promise<string[]> {
  const items: string[] = []
  const queue = new LockingQueue(zk, path)
  for (;;) {
    const item = await queue.tryTake()
    if (item === undefined) return items
    items.push(String(item.data))
    await item.consume()
  }
}

onEachServer((stage) => {
  it('gives items by priority, then in their order, and only once they are there', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const path = `${stage.path()}/deep/queue`
    const queue = new LockingQueue(zk, path)
    expect(await queue.tryTake()).toBeUndefined()
    const first = queue.take()
    await new LockingQueue(other, path).put('first')
    await (await first).consume()
    await queue.putAll(['a', 'b'])
    await queue.put('urgent', { priority: 1 })
    await queue.put('c')
    expect(await queue.size()).toBe(4)
    expect(await drain(zk, path)).toEqual(['urgent', 'a', 'b', 'c'])
    expect(await queue.size()).toBe(0)
    await expect(queue.put('x', { priority: 1_000 })).rejects.toMatchObject({
      code: 'ZK_INVALID_OPTION',
    })
    await expect(queue.take({ timeoutMs: 50 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  })

  it('locks an item for one, and gives one that is released to the next', async () => {
    await using one = await stage.client()
    await using two = await stage.client()
    const path = stage.path()
    const queue = new LockingQueue(one, path)
    await queue.put('work')
    const item = await queue.take()
    expect(item.signal.aborted).toBe(false)
    const other = new LockingQueue(two, path)
    expect(await other.tryTake()).toBeUndefined()
    const next = other.take()
    await item.release()
    expect(item.signal.reason).toMatchObject({ code: 'ZK_CLOSED' })
    const again = await next
    expect(String(again.data)).toBe('work')
    await again.consume()
    expect(again.signal.reason).toMatchObject({ message: 'the item was consumed' })
    await expect(again.consume()).rejects.toMatchObject({ code: 'ZK_NO_NODE' })
    {
      await queue.put('scoped')
      await using scoped = await queue.take()
      expect(scoped.signal.aborted).toBe(false)
    }
    expect(await drain(two, path)).toEqual(['scoped'])
  })

  it('hands each of many items to one of many consumers', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => stage.client()))
    const [producer] = clients
    if (producer === undefined) throw new Error('no client')
    const path = stage.path()
    const controller = new AbortController()
    const { signal } = controller
    const done: string[] = []
    const consumers = clients.map(async (zk) => {
      for await (await using item of new LockingQueue(zk, path).items({ signal })) {
        await item.consume()
        done.push(String(item.data))
        if (done.length === 60) controller.abort()
      }
    })
    const queue = new LockingQueue(producer, path)
    const names = Array.from({ length: 60 }, (_, i) => String(i))
    await Promise.all(names.map((name) => queue.put(name)))
    const ends = await Promise.allSettled(consumers)
    for (const end of ends) expect(end).toMatchObject({ reason: { code: 'ZK_ABORTED' } })
    expect(done.sort()).toEqual(names.sort())
    await waitFor('no lock to be left', async () => {
      const locks = await producer.getChildren(`${path}/taken`)
      return locks.length === 0
    })
    await Promise.all(clients.map((zk) => zk.close()))
  })

  it('gives the item of a consumer whose session is lost to another one', async () => {
    await using proxy = await startTcpProxy(stage.server)
    const { connectString } = proxy
    await using away = await stage.client({ connectString, sessionTimeoutMs: 1_000 })
    await using here = await stage.client()
    const path = stage.path()
    const queue = new LockingQueue(here, path)
    await queue.put('work')
    const lost = await new LockingQueue(away, path).take()
    const next = queue.take()
    proxy.setMode('refuse')
    // Nothing is sent any more then, so what is lost cannot have happened.
    await waitFor('the loss', () => away.state === 'suspended')
    expect(lost.signal.reason).toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    const consuming = lost.consume()
    consuming.catch(() => {})
    const item: QueueItem = await next
    proxy.setMode('forward')
    await expect(consuming).rejects.toMatchObject({
      code: 'ZK_SESSION_EXPIRED',
      mayHaveHappened: false,
    })
    await lost.release()
    expect(item.signal.aborted).toBe(false)
    await item.consume()
  })

  it('stops the work on an item the moment that it may be lost, and lets it be consumed if it was not', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({ connectString: proxy.connectString })
    await using operator = await stage.client()
    const path = stage.path()
    const queue = new LockingQueue(zk, path)
    await queue.putAll(['a', 'b', 'c'])
    const kept = await queue.take()
    const ended = new Promise((resolve) => kept.signal.addEventListener('abort', resolve))
    proxy.cut()
    await ended
    expect(kept.signal.reason).toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    await kept.consume()
    expect(kept.signal.reason).toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    const robbed = await queue.take()
    const [lock] = await operator.getChildren(`${path}/taken`)
    const gone = new Promise((resolve) => robbed.signal.addEventListener('abort', resolve))
    // Changed data is nobody's business, before as after.
    for (const data of ['x', 'y']) await operator.setData(`${path}/taken/${lock}`, data)
    await zk.sync('/')
    expect(robbed.signal.aborted).toBe(false)
    await operator.delete(`${path}/taken/${lock}`)
    await gone
    expect(robbed.signal.reason).toMatchObject({ code: 'ZK_NO_NODE' })
    await expect(robbed.consume()).rejects.toMatchObject({ code: 'ZK_NO_NODE' })
    const left = await queue.take()
    await zk.close()
    expect(left.signal.reason).toMatchObject({ code: 'ZK_CLOSED' })
    expect((await drain(operator, path)).sort()).toEqual(['b', 'c'])
  })

  it('does not hold up the end of a block in an outage, and gives the item back after it', async () => {
    await using proxy = await startTcpProxy(stage.server)
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 20_000,
    })
    await using other = await stage.client()
    const path = stage.path()
    const clock = manualClock()
    const queue = new LockingQueue(zk, path, { clock })
    await queue.put('work')
    const item = await queue.take()
    proxy.setMode('refuse')
    await waitFor('the loss', () => zk.state === 'suspended')
    const disposing = item[Symbol.asyncDispose]()
    clock.advance(2_000)
    await disposing
    expect(zk.state).not.toBe('connected')
    const next = new LockingQueue(other, path).take()
    proxy.setMode('forward')
    await (await next).consume()
  })

  it('clears up lost answers: of a lock, of a consumption', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({
      connectString: gate.connectString,
      sessionTimeoutMs: NO_PING_SOON_MS,
    })
    const path = stage.path()
    const queue = new LockingQueue(zk, path)
    await queue.putAll(['a', 'b'])
    gate.hold('toClient')
    const taking = queue.take()
    // The two listings, and then the lock.
    await gate.held('toClient', 2)
    gate.pass('toClient', 2)
    await gate.held('toClient', 1)
    gate.cut()
    gate.pass('toClient')
    const item = await taking
    expect(String(item.data)).toBe('a')
    // The item has read its lock: the next frame is the answer to the consumption.
    await zk.sync('/')
    gate.hold('toClient')
    const consuming = item.consume()
    await gate.held('toClient', 1)
    gate.cut()
    gate.pass('toClient')
    await consuming
    expect(await drain(zk, path)).toEqual(['b'])
    expect(await zk.getChildren(`${path}/taken`)).toEqual([])
  })

  it('leaves no item locked that nobody waits for any more', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({
      connectString: gate.connectString,
      sessionTimeoutMs: NO_PING_SOON_MS,
    })
    await using other = await stage.client()
    const path = stage.path()
    const queue = new LockingQueue(zk, path)
    await queue.put('work')
    const controller = new AbortController()
    gate.hold('toClient')
    const taking = queue.take({ signal: controller.signal })
    await gate.held('toClient', 2)
    gate.pass('toClient', 2)
    await gate.held('toClient', 1)
    controller.abort()
    await expect(taking).rejects.toMatchObject({ code: 'ZK_ABORTED' })
    gate.pass('toClient')
    const item = await new LockingQueue(other, path).take()
    await item.consume()
  })
})
