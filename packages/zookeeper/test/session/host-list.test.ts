import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import { HostList } from '../../src/session/host-list.ts'

const hosts = ['a', 'b', 'c'].map((host) => ({ host, port: 1 }))

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
    const list = new HostList(hosts, async (host) => [`${host}4`, `${host}6`], seededRandom(1))
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
      const endpoint = await new HostList(hosts, async (host) => [host], random).next()
      const host = endpoint?.host ?? ''
      first.set(host, (first.get(host) ?? 0) + 1)
    }
    for (const count of first.values()) expect(count).toBeGreaterThan(60)
    expect(first.size).toBe(3)
  })

  it('resolves anew each round, and leaves out what does not resolve', async () => {
    let moved = false
    const list = new HostList(
      hosts,
      async (host) => {
        if (host === 'b') throw new Error('no such name')
        return [moved ? `${host}-new` : host]
      },
      seededRandom(3),
    )
    expect((await round(list)).sort()).toEqual(['a', 'c'])
    moved = true
    expect((await round(list)).sort()).toEqual(['a-new', 'c-new'])
  })

  it('gives nothing when no name resolves', async () => {
    const list = new HostList(hosts, async () => Promise.reject(new Error('down')), Math.random)
    expect(await list.next()).toBeUndefined()
    expect(list.isRoundOver).toBe(true)
  })
})
