import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import { systemClock } from '../../src/connection/clock.ts'
import { HostList, type Resolve } from '../../src/session/host-list.ts'

const hosts = ['a', 'b', 'c'].map((host) => ({ host, port: 1 }))

function listOf(resolve: Resolve, random: () => number): HostList {
  return new HostList({ hosts, resolve, random, clock: systemClock, resolveTimeoutMs: 50 })
}

async function round(list: HostList): Promise<string[]> {
  const names: string[] = []
  do {
    const endpoint = await list.next()
    if (endpoint !== undefined) names.push(endpoint.host)
  } while (!list.isRoundOver)
  return names
}

describe('HostList', () => {
  it('gives each address once a round, in an order of its own each time', async () => {
    const list = listOf(async (host) => [`${host}4`, `${host}6`], seededRandom(1))
    const orders = new Set<string>()
    for (let i = 0; i < 20; i++) {
      const names = await round(list)
      expect([...names].sort()).toEqual(['a4', 'a6', 'b4', 'b6', 'c4', 'c6'])
      expect(list.roundSize).toBe(6)
      orders.add(names.join())
    }
    expect(orders.size).toBeGreaterThan(10)
  })

  it('spreads clients over the hosts', async () => {
    const random = seededRandom(2)
    const first = new Map<string, number>()
    for (let i = 0; i < 300; i++) {
      const endpoint = await listOf(async (host) => [host], random).next()
      const host = endpoint?.host ?? ''
      first.set(host, (first.get(host) ?? 0) + 1)
    }
    for (const count of first.values()) expect(count).toBeGreaterThan(60)
    expect(first.size).toBe(3)
  })

  it('resolves anew each round, and leaves out what does not resolve', async () => {
    let moved = false
    const list = listOf(async (host) => {
      if (host === 'b') throw new Error('no such name')
      return [moved ? `${host}-new` : host]
    }, seededRandom(3))
    expect((await round(list)).sort()).toEqual(['a', 'c'])
    moved = true
    expect((await round(list)).sort()).toEqual(['a-new', 'c-new'])
  })

  it('looks where the servers are now when it starts over, and tries the last one last', async () => {
    for (let seed = 0; seed < 20; seed++) {
      let moved = false
      const list = listOf(
        async (host) => [moved && host !== 'b' ? `${host}-new` : host],
        seededRandom(seed),
      )
      await list.next()
      moved = true
      list.startOver({ host: 'b', port: 1 })
      const names = await round(list)
      expect(names.at(-1)).toBe('b')
      expect([...names].sort()).toEqual(['a-new', 'b', 'c-new'])
    }
  })

  it('begins a round with the servers that are preferred, by name or by address', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const list = listOf(async (host) => [`${host}4`, `${host}6`], seededRandom(seed))
      list.startOver({ host: 'b4', port: 1 })
      list.prefer([{ host: 'b', port: 1 }])
      const names = await round(list)
      expect(names.slice(0, 2).sort()).toEqual(['b4', 'b6'])
      list.prefer([{ host: 'c6', port: 1 }])
      expect((await round(list))[0]).toBe('c6')
      list.prefer([{ host: 'a', port: 2 }])
      expect((await round(list)).length).toBe(6)
    }
  })

  it('goes on with another list at once, also while names are being resolved', async () => {
    let resolved = (_addresses: string[]) => {}
    const list = listOf(
      (host) =>
        host === 'slow'
          ? new Promise((resolve) => {
              resolved = resolve
            })
          : Promise.resolve([host]),
      seededRandom(5),
    )
    await list.next()
    list.update([{ host: 'slow', port: 1 }])
    const next = list.next()
    list.update([{ host: 'new', port: 2 }])
    resolved(['old'])
    expect(await next).toEqual({ host: 'new', port: 2, serverName: 'new' })
    expect(list.isRoundOver).toBe(true)
    expect(list.hosts).toEqual([{ host: 'new', port: 2 }])
  })

  it('gives all servers without going on in its round', async () => {
    const list = listOf(async (host) => [host], seededRandom(6))
    const first = await list.next()
    expect((await list.all()).map(({ host }) => host).sort()).toEqual(['a', 'b', 'c'])
    const rest = await round(list)
    expect([first?.host, ...rest].sort()).toEqual(['a', 'b', 'c'])
  })

  it('keeps the addresses that it had when names do not resolve any more, or hang', async () => {
    let answer: (host: string) => Promise<string[]> = async (host) => [`${host}-1`]
    const list = listOf((host) => answer(host), seededRandom(4))
    const first = (await round(list)).sort()
    answer = () => Promise.reject(new Error('down'))
    expect((await round(list)).sort()).toEqual(first)
    answer = async () => []
    expect((await round(list)).sort()).toEqual(first)
    answer = () => new Promise(() => {})
    expect((await round(list)).sort()).toEqual(first)
  })

  it('does not ask for what is an address already', async () => {
    const list = new HostList({
      hosts: [{ host: '::1', port: 1 }],
      resolve: () => Promise.reject(new Error('asked')),
      resolveTimeoutMs: 50,
      clock: systemClock,
      random: Math.random,
    })
    expect(await list.next()).toEqual({ host: '::1', port: 1 })
  })

  it('gives nothing when no name resolves', async () => {
    const list = listOf(async () => Promise.reject(new Error('down')), Math.random)
    expect(await list.next()).toBeUndefined()
    expect(list.isRoundOver).toBe(true)
  })
})
