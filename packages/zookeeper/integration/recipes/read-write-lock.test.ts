import { expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type HeldLock, Lock, ReadWriteLock, WriteLock } from '../../src/index.ts'
import { startFrameGate } from '../support/frame-gate.ts'
import { onEachServer } from '../support/on-each-server.ts'

onEachServer((stage) => {
  it('lets readers in together and a writer alone, in the order of arrival', async () => {
    await using first = await stage.client()
    await using second = await stage.client()
    const path = stage.path()
    const { readLock, writeLock } = new ReadWriteLock(first, path)
    const far = new ReadWriteLock(second, path, { data: 'far' })
    const lineUp = (count: number) =>
      waitFor(`${count} in line`, async () => (await readLock.contenders()).length === count)
    const order: string[] = []
    const noted = (name: string, waiting: Promise<HeldLock>) => {
      waiting.then(() => order.push(name))
      return waiting
    }
    const reading = [await readLock.acquire(), await far.readLock.acquire()]
    expect(await writeLock.tryAcquire()).toBeUndefined()
    const writing = noted('write', far.writeLock.acquire())
    await lineUp(3)
    // A reader who comes after a waiting writer waits, too: else the writer might wait for ever.
    const late = [noted('late', readLock.acquire()), noted('later', far.readLock.acquire())]
    await lineUp(5)
    expect(await readLock.tryAcquire()).toBeUndefined()
    for (const held of reading) {
      expect(order).toEqual([])
      await held.release()
    }
    const written = await writing
    expect(order).toEqual(['write'])
    await written.release()
    const [a, b] = await Promise.all(late)
    expect(new Set(order)).toEqual(new Set(['write', 'late', 'later']))
    for (const held of reading) expect(written.fencingToken).toBeGreaterThan(held.fencingToken)
    expect(a?.fencingToken).toBeGreaterThan(written.fencingToken)
    await a?.release()
    await b?.release()
    expect(await far.writeLock.contenders()).toEqual([])
  })

  it('shares a path with a plain lock, which is a writer', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    const { readLock, writeLock } = new ReadWriteLock(zk, path)
    const lock = new Lock(zk, path)
    const held = await lock.acquire()
    expect(await readLock.tryAcquire()).toBeUndefined()
    expect(await writeLock.tryAcquire()).toBeUndefined()
    await held.release()
    await using reading = await readLock.tryAcquire()
    expect(reading).toBeDefined()
    expect(await lock.tryAcquire()).toBeUndefined()
  })

  it('turns a write lock into a read lock without letting a waiting writer in', async () => {
    await using zk = await stage.client()
    await using other = await stage.client()
    const path = stage.path()
    const { writeLock } = new ReadWriteLock(zk, path)
    const far = new ReadWriteLock(other, path)
    const lineUp = (count: number) =>
      waitFor(`${count} in line`, async () => (await far.readLock.contenders()).length === count)
    const written = await writeLock.acquire()
    const reader = far.readLock.acquire()
    await lineUp(2)
    let hasWritten = false
    const writer = far.writeLock.acquire().finally(() => {
      hasWritten = true
    })
    await lineUp(3)
    const reading = await written.downgrade()
    expect(written.signal.reason).toMatchObject({ code: 'ZK_CLOSED' })
    expect(reading.signal.aborted).toBe(false)
    expect(reading.fencingToken).toBe(written.fencingToken)
    await (await reader).release()
    await written.release()
    expect(hasWritten).toBe(false)
    expect((await far.readLock.contenders())[0]?.path).toBe(reading.path)
    await reading.release()
    await using next = await writer
    expect(next.fencingToken).toBeGreaterThan(reading.fencingToken)
  })

  it('has no read lock, and leaves none, when the downgrade fails', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({ connectString: gate.connectString })
    await using other = await stage.client()
    const path = stage.path()
    const lock = new WriteLock(zk, path)
    const seen = new WriteLock(other, path)
    const deleted = await lock.acquire()
    await other.delete(deleted.path)
    await expect(deleted.downgrade()).rejects.toMatchObject({ code: 'ZK_NO_NODE' })
    for (const isCarriedOut of [true, false]) {
      const written = await lock.acquire()
      gate.hold(isCarriedOut ? 'toClient' : 'toServer')
      const downgrading = written.downgrade()
      if (isCarriedOut) {
        await waitFor('the read lock', async () => {
          const [first] = await seen.contenders()
          return first !== undefined && first.path !== written.path
        })
      } else await gate.held('toServer', 1)
      gate.cut()
      gate.pass('toServer')
      gate.pass('toClient')
      await expect(downgrading).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
      expect(written.signal.aborted).toBe(true)
      await written.release()
      await waitFor('nobody in line', async () => (await seen.contenders()).length === 0)
    }
  })

  it.each([21, 22])('never lets a writer in with another, with seed %i', async (seed) => {
    const random = seededRandom(seed)
    const clients = [await stage.client(), await stage.client(), await stage.client()] as const
    const path = stage.path()
    const inside = { readers: 0, writers: 0 }
    const once = async (client: (typeof clients)[number], isWriter: boolean, turns: number) => {
      const { readLock, writeLock } = new ReadWriteLock(client, path)
      const held = await (isWriter ? writeLock : readLock).acquire()
      const role = isWriter ? 'writers' : 'readers'
      expect(inside.writers).toBe(0)
      if (isWriter) expect(inside.readers).toBe(0)
      inside[role]++
      for (let turn = 0; turn < turns; turn++) await client.sync('/')
      inside[role]--
      await held.release()
    }
    const all: Promise<void>[] = []
    for (let i = 0; i < 40; i++) {
      const client = clients[i % clients.length] ?? clients[0]
      all.push(once(client, random() < 0.3, Math.floor(random() * 4)))
    }
    await Promise.all(all)
    expect(await new ReadWriteLock(clients[0], path).readLock.contenders()).toEqual([])
    await Promise.all(clients.map((client) => client.close()))
  })
})
