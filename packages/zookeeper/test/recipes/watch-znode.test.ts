import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type DataWatching,
  jsonSerializer,
  NoNodeError,
  type Stat,
  type WatchEvent,
  watchChildren,
  watchData,
  type ZooKeeper,
} from '../../src/index.ts'
import { friendlyStat } from '../support/friendly-script.ts'

/** One znode in memory, with one-shot watches as a server has them. */
class Znode implements DataWatching<string> {
  #data: string | undefined
  #mzxid = 1n
  readonly #watches = new Set<(event: WatchEvent) => void>()
  /** Runs before the next read is answered. */
  meanwhile = () => {}

  get watched(): number {
    return this.#watches.size
  }

  set(data: string | undefined): void {
    this.#data = data
    this.#mzxid++
    this.touch()
  }

  /** Tells the watches, as if something had happened. */
  touch(): void {
    const watches = [...this.#watches]
    this.#watches.clear()
    for (const watch of watches) watch({ type: 'dataChanged', path: '/a', zxid: 1n })
  }

  async getData(_path: string, { watch }: { watch?: (event: WatchEvent) => void }) {
    if (this.#data === undefined) {
      this.#interrupt()
      throw new NoNodeError(-101, 'no such znode')
    }
    if (watch !== undefined) this.#watches.add(watch)
    const read = { data: this.#data, stat: { ...friendlyStat, mzxid: this.#mzxid } }
    this.#interrupt()
    return read
  }

  async exists(_path: string, { watch }: { watch?: (event: WatchEvent) => void }) {
    if (watch !== undefined) this.#watches.add(watch)
    return this.#data === undefined ? undefined : friendlyStat
  }

  async removeWatches(_path: string, { watch }: { watch?: (event: WatchEvent) => void }) {
    if (watch !== undefined) this.#watches.delete(watch)
  }

  #interrupt(): void {
    const { meanwhile } = this
    this.meanwhile = () => {}
    meanwhile()
  }
}

async function next(states: AsyncGenerator<{ data: string } | null>): Promise<string | null> {
  const { value, done } = await states.next()
  if (done === true) throw new Error('the loop ended')
  return value === null ? null : value.data
}

describe('watchData', () => {
  it('tells what is and what comes, with null for nothing', async () => {
    const znode = new Znode()
    const states = watchData(znode, '/a')
    expect(await next(states)).toBeNull()
    znode.set('one')
    expect(await next(states)).toBe('one')
    znode.set('two')
    znode.set('three')
    expect(await next(states)).toBe('three')
    znode.set(undefined)
    expect(await next(states)).toBeNull()
  })

  it('misses nothing that happens while it reads', async () => {
    const znode = new Znode()
    znode.meanwhile = () => znode.set('created between getData and exists')
    const states = watchData(znode, '/a')
    expect(await next(states)).toBe('created between getData and exists')
    znode.meanwhile = () => znode.set('behind the read')
    znode.set('read')
    expect(await next(states)).toBe('read')
    expect(await next(states)).toBe('behind the read')
  })

  it('tells no state twice', async () => {
    const znode = new Znode()
    znode.set('one')
    const states = watchData(znode, '/a')
    expect(await next(states)).toBe('one')
    const later = next(states)
    await new Promise(setImmediate)
    znode.touch()
    await new Promise(setImmediate)
    znode.set('two')
    expect(await later).toBe('two')
  })

  it('leaves no watch behind when it ends', async () => {
    const znode = new Znode()
    znode.set('one')
    for await (const state of watchData(znode, '/a')) {
      expect(state?.data).toBe('one')
      expect(znode.watched).toBe(1)
      break
    }
    expect(znode.watched).toBe(0)
    const controller = new AbortController()
    const states = watchData(znode, '/a', { signal: controller.signal })
    await next(states)
    const waiting = next(states)
    controller.abort('enough')
    await expect(waiting).rejects.toMatchObject({ code: 'ZK_ABORTED', cause: 'enough' })
    expect(znode.watched).toBe(0)
  })

  it('has the types of its client', () => {
    const loops = async (zk: ZooKeeper) => {
      for await (const state of watchData(zk, '/a')) {
        expectTypeOf(state).toEqualTypeOf<{ data: Buffer | null; stat: Stat } | null>()
      }
      for await (const state of watchData(zk.withSerializer(jsonSerializer()), '/a')) {
        expectTypeOf(state).toEqualTypeOf<{ data: unknown; stat: Stat } | null>()
      }
      for await (const state of watchChildren(zk, '/a')) {
        expectTypeOf(state?.children).toEqualTypeOf<readonly string[] | undefined>()
      }
    }
    expectTypeOf(loops).returns.resolves.toBeVoid()
  })
})
