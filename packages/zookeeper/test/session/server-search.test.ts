import { expect, it } from 'vitest'
import { ServerSearch } from '../../src/session/server-search.ts'
import { manualClock } from '../support/manual-clock.ts'

const turns = () => new Promise(setImmediate)

function searchOf(hosts: string) {
  const clock = manualClock()
  const search = new ServerSearch({
    hosts: [...hosts].map((host) => ({ host, port: 1 })),
    resolve: async (host) => [host],
    resolveTimeoutMs: 1_000,
    reconnect: { minMs: 1_000, maxMs: 60_000 },
    clock,
    random: () => 1,
  })
  return { clock, search }
}

it('gives a server so long that a round fits into two thirds of the session, and longer after each round in vain', async () => {
  const { clock, search } = searchOf('abc')
  // Before the first round nobody knows how many addresses there are.
  expect(search.connectTimeoutMs(9_000)).toBe(6_000)
  const times: number[] = []
  for (let i = 0; i < 9; i++) {
    const next = search.next()
    await turns()
    clock.advance(60_000)
    await next
    times.push(search.connectTimeoutMs(9_000))
    search.failed()
  }
  expect(times).toEqual([2_000, 2_000, 2_000, 4_000, 4_000, 4_000, 6_000, 6_000, 6_000])
  expect(search.connectTimeoutMs(30_000)).toBe(20_000)
})

it('pauses between rounds, and for a moment at most within the first', async () => {
  const { clock, search } = searchOf('ab')
  await search.next()
  search.failed()
  const second = search.next()
  clock.advance(50)
  await second
  search.failed()
  expect(search.hasTriedAll).toBe(true)
  let given = false
  const next = search.next().then(() => {
    given = true
  })
  await turns()
  clock.advance(999)
  await turns()
  expect(given).toBe(false)
  clock.advance(1)
  await next
})

it('does not finish its pause when there are other servers, nor when it is stopped', async () => {
  const { search } = searchOf('a')
  await search.next()
  search.failed()
  const other = search.next()
  await turns()
  search.update([{ host: 'b', port: 1 }])
  expect(await other).toEqual({ host: 'b', port: 1, serverName: 'b' })
  search.failed()
  const none = search.next()
  await turns()
  search.stop()
  expect(await none).toBeUndefined()
  expect(search.stopped.aborted).toBe(true)
})

it('counts names that do not resolve as a round in vain', async () => {
  const search = new ServerSearch({
    hosts: [{ host: 'a', port: 1 }],
    resolve: () => Promise.reject(new Error('no such name')),
    resolveTimeoutMs: 1_000,
    reconnect: { minMs: 1, maxMs: 1 },
    clock: manualClock(),
    random: () => 0,
  })
  expect(await search.next()).toBeUndefined()
  expect(search.hasTriedAll).toBe(true)
})
