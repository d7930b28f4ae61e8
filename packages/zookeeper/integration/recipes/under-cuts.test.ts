import { expect, it } from 'vitest'
import { endSession } from '../../../../test/scenarios/zookeeper-faults/end-session.ts'
import { seededRandom } from '../../../../test/support/random.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { Counter, LockingQueue, ZooKeeper, ZooKeeperError } from '../../src/index.ts'
import { type FrameGate, startFrameGate } from '../support/frame-gate.ts'
import { onEachServer, type Stage } from '../support/on-each-server.ts'

const CLIENTS = 3
const IN_EACH = 25
/** An item in the place of one that may not have got into the queue. */
const FILLER = 'filler'

interface Party {
  readonly zk: ZooKeeper
  readonly gate: FrameGate
}

/** Clients each behind a gate of its own, that cut them off and end their sessions while they work. */
async function underCuts(
  stage: Stage,
  seed: number,
  work: (party: Party, index: number) => Promise<void>,
): Promise<void> {
  const random = seededRandom(seed)
  await using clock = await stage.client()
  const parties = await Promise.all(
    Array.from({ length: CLIENTS }, async (): Promise<Party> => {
      const gate = await startFrameGate(stage.server)
      const reconnect = { minMs: 1, maxMs: 10 }
      const zk = new ZooKeeper(gate.connectString, { reconnect, random: () => random() / 10 })
      await zk.connect({ timeoutMs: 20_000 })
      return { zk, gate }
    }),
  )
  let isDone = false
  const working = Promise.all(parties.map(work)).finally(() => {
    isDone = true
  })
  working.catch(() => undefined)
  while (!isDone) {
    // Some work gets done between two cuts, however slow the machine is.
    for (let i = 0; i < 5 + random() * 20; i++) await clock.exists('/')
    const party = parties[Math.floor(random() * CLIENTS)]
    if (party === undefined) continue
    if (random() < 0.2 && party.gate.session !== undefined) {
      await endSession(stage.server.port, party.gate.session)
    } else party.gate.cut()
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

onEachServer((stage) => {
  it.each([31, 32])('counts each change once, wherever it is cut, with seed %i', async (seed) => {
    const path = stage.path()
    const values: bigint[] = []
    let unknown = 0
    await underCuts(stage, seed, async ({ zk }) => {
      const counter = new Counter(zk, path)
      for (let done = 0; done < IN_EACH; ) {
        const fate = await outcome(async () => {
          const { postValue } = await counter.increment()
          values.push(postValue)
        })
        if (fate === 'done') done++
        else if (fate === 'unknown') unknown++
      }
    })
    await using zk = await stage.client()
    const total = Number(await new Counter(zk, path).get())
    expect(new Set(values).size).toBe(CLIENTS * IN_EACH)
    expect(total).toBeGreaterThanOrEqual(CLIENTS * IN_EACH)
    expect(total).toBeLessThanOrEqual(CLIENTS * IN_EACH + unknown)
  })

  it.each([41, 42])('loses no item and lets none be consumed twice, with seed %i', async (seed) => {
    const path = stage.path()
    const put = new Set<string>()
    const perhapsPut = new Set<string>()
    const consumed: string[] = []
    const perhapsConsumed = new Set<string>()
    await underCuts(stage, seed, async ({ zk }, index) => {
      const queue = new LockingQueue(zk, path)
      for (let i = 0; i < IN_EACH; i++) {
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
    await using zk = await stage.client()
    const queue = new LockingQueue(zk, path)
    await waitFor('the rest to be free', async () => {
      const item = await queue.poll()
      if (item === undefined) return (await queue.size()) === 0
      consumed.push(String(item.data))
      await item.consume()
      return false
    })
    const ours = consumed.filter((name) => name !== FILLER)
    expect(new Set(ours).size, 'consumed twice').toBe(ours.length)
    for (const name of ours) expect(put.has(name) || perhapsPut.has(name), name).toBe(true)
    for (const name of put)
      expect(ours.includes(name) || perhapsConsumed.has(name), name).toBe(true)
  })
})
