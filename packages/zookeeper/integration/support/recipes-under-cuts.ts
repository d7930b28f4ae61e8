import { expect } from 'vitest'
import { endSession } from '../../../../test/scenarios/zookeeper-faults/end-session.ts'
import { seededRandom } from '../../../../test/support/random.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { Counter, LockingQueue, ZooKeeper, ZooKeeperError } from '../../src/index.ts'
import { type FrameGate, startFrameGate } from './frame-gate.ts'

const CLIENTS = 3
/** How often the servers are at fault themselves, if they can be: once in so many cuts. */
const CUTS_PER_FAULT = 20
/** An item in the place of one that may not have got into the queue. */
const FILLER = 'filler'

/** Where recipes work while they are cut off. */
export interface UnderCuts {
  /** The clients' gates lead to these in turn. */
  readonly servers: readonly { readonly port: number }[]
  /** To all servers. */
  readonly connectString: string
  readonly path: string
  readonly seed: number
  /** What each of three clients does so many times. */
  readonly repeat: number
  /** Something that happens to the servers themselves now and then, and is over when it resolves. */
  readonly fault?: () => Promise<void>
}

interface Party {
  readonly zk: ZooKeeper
  readonly gate: FrameGate
}

/** Clients each behind a gate of its own, that cut them off and end their sessions while they work. */
async function underCuts(
  { servers, connectString, seed, fault = async () => {} }: UnderCuts,
  work: (party: Party, index: number) => Promise<void>,
): Promise<void> {
  const random = seededRandom(seed)
  const serverOf = (index: number) => {
    const server = servers[index % servers.length]
    if (server === undefined) throw new Error('no server')
    return server
  }
  await using clock = new ZooKeeper(connectString)
  await clock.connect({ timeoutMs: 20_000 })
  const parties = await Promise.all(
    Array.from({ length: CLIENTS }, async (_, index): Promise<Party> => {
      const gate = await startFrameGate(serverOf(index))
      const reconnect = { minMs: 1, maxMs: 10 }
      const zk = new ZooKeeper(gate.connectString, { reconnect, random: () => random() / 10 })
      await zk.connect({ timeoutMs: 20_000 })
      return { zk, gate }
    }),
  )
  let isDone = false
  let cuts = 0
  const working = Promise.all(parties.map(work)).finally(() => {
    isDone = true
  })
  working.catch(() => undefined)
  while (!isDone) {
    // Some work gets done between two cuts, however slow the machine is.
    for (let i = 0; i < 5 + random() * 20; i++) await clock.exists('/').catch(() => undefined)
    if (++cuts % CUTS_PER_FAULT === 0) await fault()
    const index = Math.floor(random() * CLIENTS)
    const gate = parties[index]?.gate
    if (random() < 0.2 && gate?.session !== undefined) {
      await endSession(serverOf(index).port, gate.session)
    } else gate?.cut()
  }
  await working
  for (const { zk, gate } of parties) {
    await zk.close()
    await gate[Symbol.asyncDispose]()
  }
}

/** Whether it was done; 'unknown' where nobody can know. Any other failure is one of the test. */
async function outcome(work: () => Promise<void>): Promise<'done' | 'not done' | 'unknown'> {
  try {
    await work()
    return 'done'
  } catch (error) {
    if (!(error instanceof ZooKeeperError && error.retryable)) throw error
    return error.mayHaveHappened ? 'unknown' : 'not done'
  }
}

/** Three clients count; sees whether each change was counted once. */
export async function countUnderCuts(where: UnderCuts): Promise<void> {
  const { path, repeat } = where
  const values: bigint[] = []
  let unknown = 0
  await underCuts(where, async ({ zk }) => {
    const counter = new Counter(zk, path)
    for (let done = 0; done < repeat; ) {
      const fate = await outcome(async () => {
        const { postValue } = await counter.increment()
        values.push(postValue)
      })
      if (fate === 'done') done++
      else if (fate === 'unknown') unknown++
    }
  })
  await using zk = new ZooKeeper(where.connectString)
  await zk.connect({ timeoutMs: 20_000 })
  await zk.sync(path)
  const total = Number(await new Counter(zk, path).get())
  const certain = CLIENTS * repeat
  expect(new Set(values).size, 'values given once').toBe(certain)
  expect(total).toBeGreaterThanOrEqual(certain)
  expect(total).toBeLessThanOrEqual(certain + unknown)
}

/** Three clients put and take; sees whether an item was lost, or consumed twice. */
export async function queueUnderCuts(where: UnderCuts): Promise<void> {
  const { path, repeat } = where
  const put = new Set<string>()
  const perhapsPut = new Set<string>()
  const consumed: string[] = []
  const perhapsConsumed = new Set<string>()
  await underCuts(where, async ({ zk }, index) => {
    const queue = new LockingQueue(zk, path)
    for (let i = 0; i < repeat; i++) {
      const name = `${index}-${i}`
      const fate = await outcome(() => queue.put(name))
      if (fate === 'done') put.add(name)
      else if (fate === 'unknown') perhapsPut.add(name)
      // Nobody must wait for what could not be put.
      let isThere = fate === 'done'
      while (!isThere) isThere = (await outcome(() => queue.put(FILLER))) === 'done'
      const item = await queue.take()
      const taken = String(item.data)
      const end = await outcome(() => item.consume())
      if (end === 'done') consumed.push(taken)
      else if (end === 'unknown') perhapsConsumed.add(taken)
    }
  })
  await using zk = new ZooKeeper(where.connectString)
  await zk.connect({ timeoutMs: 20_000 })
  consumed.push(...(await drain(new LockingQueue(zk, path))))
  const ours = consumed.filter((name) => name !== FILLER)
  expect(new Set(ours).size, 'consumed once').toBe(ours.length)
  for (const name of ours) expect(put.has(name) || perhapsPut.has(name), name).toBe(true)
  for (const name of put) expect(ours.includes(name) || perhapsConsumed.has(name), name).toBe(true)
}

/** All that is left, as soon as it is free. */
async function drain(queue: LockingQueue): Promise<string[]> {
  const items: string[] = []
  await waitFor(
    'the rest to be free',
    async () => {
      const item = await queue.tryTake()
      if (item === undefined) return (await queue.size()) === 0
      items.push(String(item.data))
      await item.consume()
      return false
    },
    { timeoutMs: 30_000, everyMs: 1 },
  )
  return items
}
