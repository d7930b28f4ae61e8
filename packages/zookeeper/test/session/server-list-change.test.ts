import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../../test/support/random.ts'
import type { HostSpec } from '../../src/session/connect-string.ts'
import { moveAfter, serversToPrefer } from '../../src/session/server-list-change.ts'

const server = (name: string): HostSpec => ({ host: name, port: 2181 })
const named = (names: string): HostSpec[] => [...names].map(server)

/** Where clients, spread evenly before, are after the change; each decides for itself. */
function spread(before: HostSpec[], after: HostSpec[], clients: number): Map<string, number> {
  const random = seededRandom(7)
  const load = new Map(after.map(({ host }) => [host, 0]))
  for (let client = 0; client < clients; client++) {
    const current = before[client % before.length]
    const change = { before, after, current }
    const move = moveAfter(change, random())
    const choice = move === 'stay' ? [current] : serversToPrefer(change, move)
    const host = choice[Math.floor(random() * choice.length)]?.host ?? ''
    load.set(host, (load.get(host) ?? 0) + 1)
  }
  return load
}

describe('a change of the list of servers', () => {
  it.each([
    ['abc', 'abcde'],
    ['abcde', 'abc'],
    ['abc', 'def'],
    ['abcd', 'cdef'],
    ['abcde', 'abfg'],
    ['abc', 'adefg'],
    ['a', 'abc'],
    ['abcdef', 'fgh'],
  ])('from %s to %s leaves the clients evenly spread', (before, after) => {
    const load = spread(named(before), named(after), 6_000)
    expect([...load.keys()].sort()).toEqual([...after])
    const share = 6_000 / after.length
    for (const count of load.values()) {
      expect(count).toBeGreaterThan(0.85 * share)
      expect(count).toBeLessThan(1.15 * share)
    }
  })

  it('moves nobody whose server stays, unless there are more servers', () => {
    const lists = fc.uniqueArray(fc.constantFrom(...'abcdefgh'), { minLength: 1 })
    fc.assert(
      fc.property(lists, lists, fc.double({ min: 0, max: 0.999, noNaN: true }), (a, b, random) => {
        const before = a.map(server)
        const after = b.map(server)
        for (const current of before) {
          const change = { before, after, current }
          const move = moveAfter(change, random)
          const stays = b.includes(current.host)
          if (stays && after.length <= before.length) expect(move).toBe('stay')
          if (!stays) expect(move).not.toBe('stay')
          // A client that must move always finds a server to move to.
          if (move !== 'stay') expect(serversToPrefer(change, move)).not.toEqual([])
        }
      }),
    )
  })

  it('leaves a client without a server alone: it is looking already', () => {
    const change = { before: named('ab'), after: named('cd'), current: undefined }
    expect(moveAfter(change, 0.9)).toBe('stay')
    expect(serversToPrefer(change, 'stay')).toEqual([])
  })
})
