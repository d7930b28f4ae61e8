import { expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import { ServerSearch } from '../../src/session/server-search.ts'
import { type ManualClock, manualClock } from '../support/manual-clock.ts'

const CLIENTS = 1_000
const servers = ['a', 'b', 'c'].map((host) => ({ host, port: 2181 }))

interface StormOptions {
  readonly awayMs: number
  readonly windowMs: number
  readonly seed: number
}

interface Storm {
  /** Connections that servers were asked for in each window of time since they went away. */
  readonly attempts: readonly number[]
  /** Clients that found a server in each window of time since they came back. */
  readonly returns: readonly number[]
}

/** All clients lose their server in one moment; no server is there until `awayMs` later. Every refusal comes at once. */
async function storm({ awayMs, windowMs, seed }: StormOptions): Promise<Storm> {
  const clock = manualClock()
  const random = seededRandom(seed)
  const attempts: number[] = []
  const returns: number[] = []
  let isBack = false
  let backAtMs = 0
  const windowOf = (sinceMs: number) => Math.floor((clock.now() - sinceMs) / windowMs)
  const client = async () => {
    const search = new ServerSearch({
      hosts: servers,
      resolve: async (host) => [host],
      resolveTimeoutMs: 1_000,
      reconnect: { minMs: 50, maxMs: 2_000 },
      clock,
      random,
    })
    const first = await search.next()
    if (first !== undefined) search.served(first)
    for (;;) {
      await search.next()
      if (isBack) break
      attempts[windowOf(0)] = (attempts[windowOf(0)] ?? 0) + 1
      search.failed()
    }
    returns[windowOf(backAtMs)] = (returns[windowOf(backAtMs)] ?? 0) + 1
  }
  const all = Promise.all(Array.from({ length: CLIENTS }, client))
  await pass(clock, awayMs)
  isBack = true
  backAtMs = clock.now()
  await pass(clock, 3_000)
  await all
  return { attempts: [...attempts].map(orZero), returns: [...returns].map(orZero) }
}

/** Lets time pass in small steps, with everything done in each that follows from it. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) {
    clock.advance(10)
    await new Promise(setImmediate)
  }
}

function orZero(count: number | undefined): number {
  return count ?? 0
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, one) => all + one, 0)
}

it.each([1, 2, 3])(
  '1,000 clients that lost their servers do not storm them (seed %i)',
  async (seed) => {
    const { attempts, returns } = await storm({ awayMs: 12_000, windowMs: 100, seed })
    // Rounds over three servers after pauses of up to 50, 100, 200, 400, 800, 1600, 2000, 2000, … ms, half of each random.
    expect(sum(attempts)).toBeLessThan(CLIENTS * servers.length * 14)
    expect(sum(attempts)).toBeGreaterThan(CLIENTS * servers.length * 8)
    // Once the pauses are long the clients are spread evenly: they have not kept step.
    const late = attempts.slice(60)
    const mean = sum(late) / late.length
    expect(Math.max(...late)).toBeLessThan(1.6 * mean)
    expect(mean).toBeLessThan((CLIENTS * servers.length) / 10)
    // All come back within the longest pause, and never more than a few at once.
    expect(sum(returns)).toBe(CLIENTS)
    expect(returns.length).toBeLessThanOrEqual(2_000 / 100 + 1)
    expect(Math.max(...returns)).toBeLessThan(CLIENTS / 8)
  },
)

it('1,000 clients whose servers are back at once return spread over 50 ms', async () => {
  const { returns } = await storm({ awayMs: 0, windowMs: 10, seed: 4 })
  expect(sum(returns)).toBe(CLIENTS)
  expect(returns.length).toBeLessThanOrEqual(50 / 10 + 2)
  expect(Math.max(...returns)).toBeLessThan(CLIENTS / 3)
})
