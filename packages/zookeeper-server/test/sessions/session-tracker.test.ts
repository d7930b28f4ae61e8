import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstSessionId } from '../../src/sessions/session-id.ts'
import { SessionPasswords } from '../../src/sessions/session-passwords.ts'
import { SessionTracker } from '../../src/sessions/session-tracker.ts'

describe('SessionTracker', () => {
  it('ends a session between its timeout and one tick later, counted from its last packet', () => {
    const touches = fc.array(fc.integer({ min: 1, max: 3_000 }), { maxLength: 20 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), touches, (tickMs, pauses) => {
        const timeoutMs = 4_000
        const tracker = new SessionTracker(tickMs)
        tracker.add(1n, timeoutMs, 0)
        let nowMs = 0
        for (const pauseMs of pauses) {
          nowMs += pauseMs
          expect(tracker.takeExpired(nowMs)).toEqual([])
          tracker.touch(1n, nowMs)
        }
        expect(tracker.takeExpired(nowMs + timeoutMs)).toEqual([])
        expect(tracker.takeExpired(nowMs + timeoutMs + tickMs)).toEqual([1n])
        expect(tracker.size).toBe(0)
      }),
    )
  })

  it('forgets sessions that are removed, and puts the others off when told to', () => {
    const tracker = new SessionTracker(100)
    for (const id of [1n, 2n, 3n]) tracker.add(id, 1_000, 0)
    tracker.remove(2n)
    tracker.putOff(5_050)
    expect(tracker.takeExpired(6_050)).toEqual([])
    tracker.touch(3n, 6_000)
    expect(tracker.takeExpired(6_200)).toEqual([1n])
    expect(tracker.takeExpired(7_100)).toEqual([3n])
    tracker.touch(1n, 7_000)
    expect(tracker.deadlines()).toEqual([])
  })
})

describe('session ids', () => {
  it('have the server number on top, and lie behind every id in use', () => {
    const first = firstSessionId(1_700_000_000_000, [])
    expect(first >> 56n).toBe(1n)
    expect(firstSessionId(1_700_000_000_001, []) - first).toBe(1n << 16n)
    expect(firstSessionId(1_700_000_000_000, [first + 5n, 3n])).toBe(first + 6n)
  })
})

describe('SessionPasswords', () => {
  it('are the same after a restart, differ by session and by folder, and are compared whole', () => {
    const passwords = new SessionPasswords(Buffer.alloc(32, 1))
    expect(new SessionPasswords(Buffer.alloc(32, 1)).of(7n)).toEqual(passwords.of(7n))
    expect(passwords.of(8n)).not.toEqual(passwords.of(7n))
    expect(new SessionPasswords(Buffer.alloc(32, 2)).of(7n)).not.toEqual(passwords.of(7n))
    expect(passwords.isRight(7n, passwords.of(7n))).toBe(true)
    expect(passwords.isRight(7n, passwords.of(8n))).toBe(false)
    expect(passwords.isRight(7n, passwords.of(7n).subarray(0, 15))).toBe(false)
    expect(passwords.isRight(7n, Buffer.alloc(0))).toBe(false)
  })
})
