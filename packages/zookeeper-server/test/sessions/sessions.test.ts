import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { Ledger } from '../../src/requests/ledger.ts'
import { SessionPasswords } from '../../src/sessions/session-passwords.ts'
import { type SessionHolder, Sessions } from '../../src/sessions/sessions.ts'
import { freshDatabase } from '../../src/transactions/database.ts'
import { WatchManager } from '../../src/watches/watch-manager.ts'

const TICK_MS = 100

function setUp() {
  let nowMs = 0
  const clock: Clock = {
    wallMs: () => 1_700_000_000_000 + nowMs,
    monotonicMs: () => nowMs,
    every: () => () => {},
  }
  const ledger = new Ledger({
    database: freshDatabase(),
    sink: { append: () => {}, snapshotIfDue: () => {} },
    observer: new WatchManager(),
    clock,
  })
  const passwords = new SessionPasswords(Buffer.alloc(32))
  const sessions = new Sessions<SessionHolder>({ ledger, passwords, tickTimeMs: TICK_MS, clock })
  return {
    ledger,
    sessions,
    /** Lets time pass with a tick in every period, as it should be. */
    pass: (ms: number) => {
      const expired: bigint[] = []
      for (const endMs = nowMs + ms; nowMs < endMs; ) {
        nowMs += TICK_MS
        expired.push(...sessions.tick())
      }
      return expired
    },
    /** Lets time pass in which nothing runs. */
    pause: (ms: number) => {
      nowMs += ms
      return sessions.tick()
    },
    open: (timeoutMs: number) => {
      const holder = { sessionId: 0n, destroyed: 0, establish: () => {}, destroy: () => {} }
      holder.destroy = () => {
        holder.destroyed++
      }
      holder.sessionId = sessions.open(timeoutMs)
      sessions.adopt(holder, holder.sessionId, timeoutMs)
      return holder
    },
  }
}

describe('Sessions', () => {
  it('ends a silent session in the ledger, and closes its connection', () => {
    const { ledger, sessions, pass, open } = setUp()
    const holder = open(1_000)
    expect(pass(1_000)).toEqual([])
    expect(pass(100)).toEqual([holder.sessionId])
    expect(holder.destroyed).toBe(1)
    expect(sessions.isSession(holder.sessionId)).toBe(false)
    expect(ledger.lastZxid).toBe(2n)
  })

  it('does not count the time in which the server itself stood still', () => {
    const { pass, pause, open } = setUp()
    const holder = open(1_000)
    pass(500)
    expect(pause(60_000)).toEqual([])
    expect(pass(300)).toEqual([])
    expect(pass(400)).toEqual([holder.sessionId])
  })

  it('ends no session while the disk refuses, and goes on counting when it does not', () => {
    const { ledger, pass, open } = setUp()
    const holder = open(1_000)
    pass(500)
    ledger.suspend()
    expect(pass(5_000)).toEqual([])
    ledger.resume()
    expect(pass(300)).toEqual([])
    expect(pass(400)).toEqual([holder.sessionId])
  })

  it('gives a session to the connection that comes last, and closes the one before', () => {
    const { sessions, open } = setUp()
    const first = open(1_000)
    const second = { ...first, destroyed: 0, destroy: () => {} }
    sessions.adopt(second, first.sessionId, 1_000)
    expect(first.destroyed).toBe(1)
    sessions.release(first)
    sessions.touch(first.sessionId)
    expect(sessions.isSession(first.sessionId)).toBe(true)
    sessions.close(first.sessionId)
    expect(sessions.count).toBe(0)
  })
})
