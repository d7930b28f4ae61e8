import { expect, it } from 'vitest'
import { Counter } from '../../src/index.ts'
import { startFrameGate } from '../support/frame-gate.ts'
import { onEachServer } from '../support/on-each-server.ts'

/** A long session, so that no ping is taken for the frame that a test waits for. */
const NO_PING_SOON_MS = 10_000

onEachServer((stage) => {
  it('counts from its default, makes its znode, and tells the values before and after', async () => {
    await using zk = await stage.client()
    const path = `${stage.path()}/deep/counter`
    const counter = new Counter(zk, path, { default: 10 })
    expect(await counter.get()).toBe(10n)
    expect(await zk.exists(path)).toBeUndefined()
    expect(await counter.add(5)).toEqual({ preValue: 10n, postValue: 15n })
    expect(await counter.subtract(20n)).toEqual({ preValue: 15n, postValue: -5n })
    expect(await counter.increment()).toEqual({ preValue: -5n, postValue: -4n })
    expect(await counter.decrement()).toEqual({ preValue: -4n, postValue: -5n })
    expect(String((await zk.getData(path)).data)).toBe('-5')
    expect(await counter.set(7)).toEqual({ preValue: -5n, postValue: 7n })
    expect(await counter.compareAndSet(6, 8)).toBe(false)
    expect(await counter.compareAndSet(7, 8)).toBe(true)
    expect(await counter.get()).toBe(8n)
  })

  it('counts every change of many clients once', async () => {
    await using one = await stage.client()
    await using two = await stage.client()
    await using three = await stage.client()
    const path = stage.path()
    const counters = [one, two, three].map((zk) => new Counter(zk, path, { format: 'int64' }))
    const changes = await Promise.all(
      counters.flatMap((counter) => Array.from({ length: 30 }, () => counter.increment())),
    )
    expect(await counters[0]?.get()).toBe(90n)
    const posts = changes.map(({ postValue }) => Number(postValue)).sort((a, b) => a - b)
    expect(posts).toEqual(Array.from({ length: 90 }, (_, i) => i + 1))
  })

  it('sends a change again when the request was lost, and counts it once', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({
      connectString: gate.connectString,
      sessionTimeoutMs: NO_PING_SOON_MS,
    })
    const counter = new Counter(zk, stage.path())
    await counter.increment()
    gate.hold('toServer')
    const change = counter.increment()
    await gate.held('toServer', 1)
    gate.pass('toServer', 1)
    // The reading went through; this is the write, which will never arrive.
    await gate.held('toServer', 1)
    gate.cut()
    gate.pass('toServer')
    expect(await change).toEqual({ preValue: 1n, postValue: 2n })
    expect(await counter.get()).toBe(2n)
  })

  it('never counts twice when the answer was lost, and says that it cannot know', async () => {
    await using gate = await startFrameGate(stage.server)
    await using zk = await stage.client({
      connectString: gate.connectString,
      sessionTimeoutMs: NO_PING_SOON_MS,
    })
    await using other = await stage.client()
    const path = stage.path()
    await other.create(path, '1')
    const counter = new Counter(zk, path)
    await counter.get()
    gate.hold('toClient')
    const change = counter.increment()
    change.catch(() => {})
    await gate.held('toClient', 1)
    gate.pass('toClient', 1)
    // The write was carried out; its answer is held here and will never arrive.
    await gate.held('toClient', 1)
    gate.cut()
    gate.pass('toClient')
    await expect(change).rejects.toMatchObject({
      code: 'ZK_CONNECTION_LOSS',
      mayHaveHappened: true,
      path,
    })
    expect(await new Counter(other, path).get()).toBe(2n)
  })

  it('refuses what does not fit, and data that is no number', async () => {
    await using zk = await stage.client()
    const path = stage.path()
    await zk.ensurePath(path)
    const counter = new Counter(zk, path)
    await counter.set(2n ** 63n - 1n)
    await expect(counter.increment()).rejects.toMatchObject({ code: 'ZK_INVALID_OPTION' })
    await expect(new Counter(zk, path, { format: 'int64' }).get()).rejects.toMatchObject({
      code: 'ZK_SERIALIZATION',
      path,
    })
    const invalid = { code: 'ZK_INVALID_OPTION' }
    for (const call of [
      () => counter.add(1.5),
      () => counter.subtract(Number.NaN),
      () => counter.set(2 ** 53),
      () => counter.compareAndSet(0, 0.5),
    ]) {
      await expect(call()).rejects.toMatchObject(invalid)
    }
    expect(() => new Counter(zk, path, { default: 0.5 })).toThrow(expect.objectContaining(invalid))
    const timeoutMs = 50
    const client = await stage.client()
    await client.close()
    await expect(new Counter(client, path).get({ timeoutMs })).rejects.toMatchObject({
      code: 'ZK_CLOSED',
    })
  })
})
