import fc from 'fast-check'
import { expect, it } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type HeldLock, Lock, type ZooKeeper, ZooKeeperError } from '../../src/index.ts'
import { onEachServer, type Stage } from '../support/on-each-server.ts'

/** What one contender does, or what is done to it. */
interface Step {
  readonly client: number
  readonly fate: 'work' | 'cut while waiting' | 'cut while holding' | 'give up' | 'expire'
  /** Turns of the event loop before its fate comes. */
  readonly turns: number
}

const CLIENTS = 3

const plans = fc.array(
  fc.record<Step>({
    client: fc.nat({ max: CLIENTS - 1 }),
    fate: fc.oneof(
      { weight: 8, arbitrary: fc.constant('work' as const) },
      { weight: 4, arbitrary: fc.constantFrom('cut while waiting', 'cut while holding') },
      { weight: 2, arbitrary: fc.constant('give up' as const) },
      { weight: 1, arbitrary: fc.constant('expire' as const) },
    ),
    turns: fc.nat({ max: 20 }),
  }),
  { minLength: 10, maxLength: 14 },
)

interface Party {
  readonly zk: ZooKeeper
  readonly proxy: TcpProxy
}

/** A counter that is read, and written one larger: without the lock increments would be lost. */
class GuardedCounter {
  acknowledged = 0
  unknown = 0
  readonly #path: string
  #largestToken = 0n
  #inside = 0

  constructor(path: string) {
    this.#path = path
  }

  /** To be called by who holds the lock; checks that nobody else is here, and that no later one has been. */
  async increment(zk: ZooKeeper, held: HeldLock, disturb: () => Promise<void>): Promise<void> {
    if (held.signal.aborted) return
    expect(this.#inside).toBe(0)
    expect(held.fencingToken).toBeGreaterThan(this.#largestToken)
    this.#largestToken = held.fencingToken
    this.#inside++
    // Whoever is told that the lock may be lost is out, from that moment on.
    held.signal.addEventListener('abort', () => this.#inside--)
    const { signal } = held
    try {
      const { data } = await zk.getData(this.#path, { signal })
      await disturb()
      if (signal.aborted) return
      await zk.setData(this.#path, String(Number(data) + 1), { signal })
      this.acknowledged++
    } catch (error) {
      if (!(error instanceof ZooKeeperError)) throw error
      if (error.mayHaveHappened) this.unknown++
    }
  }
}

interface Game {
  readonly observer: ZooKeeper
  readonly parties: readonly Party[]
  readonly path: string
  readonly counter: GuardedCounter
}

async function play({ client, fate, turns }: Step, game: Game): Promise<void> {
  const { observer, parties, path, counter } = game
  const party = parties[client]
  if (party === undefined) throw new Error(`there is no client ${client}`)
  const { proxy, zk } = party
  const controller = new AbortController()
  const { signal } = controller
  const acquiring = new Lock(zk, path).acquire({ signal }).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'ZK_ABORTED' })
  })
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
  if (fate === 'cut while waiting') proxy.cut()
  if (fate === 'give up') controller.abort()
  const held = await acquiring
  if (held === undefined) return
  await counter.increment(zk, held, async () => {
    if (fate === 'cut while holding') proxy.cut()
    if (fate === 'expire') {
      proxy.setMode('silent')
      await waitFor('the server to end the session', async () => {
        return (await observer.exists(held.path)) === undefined
      })
      expect(held.signal.aborted).toBe(true)
      proxy.setMode('refuse')
      proxy.setMode('forward')
    }
  })
  await held.release()
}

async function check(
  observer: ZooKeeper,
  path: string,
  parties: readonly Party[],
  plan: readonly Step[],
): Promise<void> {
  const counterPath = `${path}-counter`
  await observer.create(counterPath, '0')
  const counter = new GuardedCounter(counterPath)
  await Promise.all(plan.map((step) => play(step, { observer, parties, path, counter })))
  const { data } = await observer.getData(counterPath)
  expect(Number(data)).toBeGreaterThanOrEqual(counter.acknowledged)
  expect(Number(data)).toBeLessThanOrEqual(counter.acknowledged + counter.unknown)
  // Nobody is left in line, whatever was cut and given up.
  const lock = new Lock(observer, path)
  await waitFor('the line to be empty', async () => (await lock.contenders()).length === 0)
}

async function openParty(stage: Stage): Promise<Party & AsyncDisposable> {
  const proxy = await startTcpProxy(stage.server)
  const zk = await stage.client({
    connectString: proxy.connectString,
    sessionTimeoutMs: 1_000,
    reconnect: { minMs: 1, maxMs: 10 },
  })
  return {
    proxy,
    zk,
    async [Symbol.asyncDispose]() {
      await zk.close()
      await proxy[Symbol.asyncDispose]()
    },
  }
}

onEachServer((stage) => {
  it('keeps a counter that the lock guards exact, whatever is cut, given up or expired', async () => {
    await using observer = await stage.client()
    await using first = await openParty(stage)
    await using second = await openParty(stage)
    await using third = await openParty(stage)
    const parties = [first, second, third]
    const property = fc.asyncProperty(plans, (plan) => check(observer, stage.path(), parties, plan))
    // A failure's message has the seed; a smaller plan would take longer to find than to think of.
    await fc.assert(property, { numRuns: 2, endOnFailure: true })
  })
})
