import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ConnectionCounts,
  DRAIN_TIMES,
  DrainWindow,
} from '../../../src/engines/shared/drain-window.ts'

const { settleMs, patienceMs, restMs, maxMs, clockMaxMs } = DRAIN_TIMES
const POLL_MS = 10

/** When the window is over, asked every 10 ms. */
function overAfterMs(countsAt: (ms: number) => ConnectionCounts | undefined): number {
  const window = new DrainWindow(5_000)
  for (let ms = 0; ; ms += POLL_MS) if (window.isOver(countsAt(ms), 5_000 + ms)) return ms
}

/** Clients with one connection each, the next request of which comes after so long. */
const clients = (nextMs: readonly number[], busy = 0) =>
  overAfterMs((ms) => ({ idle: nextMs.filter((next) => next > ms).length, busy }))

const everyMs = (gapMs: number, count: number) =>
  Array.from({ length: count }, (_, index) => (gapMs * (index + 1)) / count)
const resting = (count: number) => Array.from({ length: count }, () => 30_000)

describe('the end of a drain', () => {
  test('nobody there: at once', () => {
    expect(clients([])).toBe(0)
  })

  test.each([16, 100, 300, 500, 700, 900])('50 clients with a gap of %i ms: that gap', (gapMs) => {
    expect(clients(everyMs(gapMs, 50))).toBe(Math.ceil(gapMs / POLL_MS) * POLL_MS)
  })

  test('requests from before the flag, and nginx is never seen without one', () => {
    expect(clients([], 3)).toBe(settleMs)
  })

  test('requests from before the flag are awaited, and their connections, idle then, too', () => {
    const counts = (ms: number) => ({ idle: ms >= 40 && ms < 200 ? 1 : 0, busy: ms < 40 ? 1 : 0 })
    expect(overAfterMs(counts)).toBe(200)
  })

  test('one browser: the patience', () => {
    expect(clients(resting(1))).toBe(patienceMs)
  })

  test('browsers, and clients that were gone long before', () => {
    expect(clients([...resting(10), ...everyMs(100, 50)])).toBe(patienceMs)
  })

  test('one browser among slow clients: until no more of them goes', () => {
    expect(clients([...resting(1), ...everyMs(600, 50)])).toBe(600 + restMs)
  })

  test('1,000 browsers that read for 5 s: always one of them goes, and that is no reason', () => {
    expect(clients(everyMs(5_000, 1_000))).toBe(patienceMs)
  })

  test('new connections, which are idle until they bring their request, do not prolong it', () => {
    expect(overAfterMs((ms) => ({ idle: 1 + (ms % 7), busy: 5 }))).toBe(patienceMs)
  })

  test('nginx that does not tell: the patience', () => {
    expect(overAfterMs(() => undefined)).toBe(patienceMs)
  })

  test('asked again later, as by the reload that was prepared: at once', () => {
    const window = new DrainWindow(0)
    const counts = { idle: 1, busy: 0 }
    for (let ms = 0; ms < patienceMs; ms += POLL_MS) expect(window.isOver(counts, ms)).toBe(false)
    expect(window.isOver(counts, patienceMs)).toBe(true)
    expect(window.isOver(counts, patienceMs + 150)).toBe(true)
  })

  test('a host that stands still, with its clients: that is not held against them', () => {
    const window = new DrainWindow(0)
    expect(window.isOver({ idle: 5, busy: 0 }, 10)).toBe(false)
    expect(window.isOver({ idle: 5, busy: 0 }, 1_900)).toBe(false)
    expect(window.isOver({ idle: 0, busy: 5 }, 1_950)).toBe(true)
  })

  test('a host that stands still again and again: there is an end', () => {
    const window = new DrainWindow(0)
    for (let ms = 0; ms < clockMaxMs; ms += 400) {
      expect(window.isOver({ idle: 5, busy: 0 }, ms)).toBe(false)
    }
    expect(window.isOver({ idle: 5, busy: 0 }, clockMaxMs)).toBe(true)
  })

  test('whatever comes: everybody has the patience, and nobody more than the maximum', () => {
    const next = fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 60 })
    fc.assert(
      fc.property(next, fc.nat({ max: 3 }), (nextMs, busy) => {
        const over = clients(nextMs, busy)
        expect(over).toBeLessThanOrEqual(maxMs)
        for (const ms of nextMs) if (ms <= patienceMs) expect(ms).toBeLessThanOrEqual(over)
      }),
    )
  })
})
