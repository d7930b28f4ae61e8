import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Heartbeat } from '../../src/connection/heartbeat.ts'
import { manualClock } from '../support/manual-clock.ts'

/** A heartbeat, what it did and when. The time that the server and we are silent is up to the test. */
function watched() {
  const clock = manualClock()
  const did: string[] = []
  const heartbeat = new Heartbeat({
    clock,
    stage: () => 'handshake',
    ping: () => did.push(`ping ${clock.now()}`),
    giveUp: ({ message }) => {
      did.push(`${message} ${clock.now()}`)
      heartbeat.stop()
    },
  })
  return { clock, did, heartbeat }
}

const immediates = () => new Promise(setImmediate)

describe('Heartbeat', () => {
  it('waits for the handshake only as long as it may', () => {
    const { clock, did, heartbeat } = watched()
    heartbeat.start(500)
    clock.advance(499)
    expect(did).toEqual([])
    clock.advance(1)
    expect(did).toEqual(['no handshake within 500 ms 500'])
  })

  it('pings after a third of the timeout without sending, and gives up after two thirds without a byte', async () => {
    const { clock, did, heartbeat } = watched()
    heartbeat.start(500)
    heartbeat.received()
    heartbeat.beat(9_000)
    clock.advance(5_999)
    expect(did).toEqual(['ping 3000'])
    clock.advance(1)
    await immediates()
    expect(did).toEqual(['ping 3000', 'nothing came from the server within 6000 ms 6000'])
    clock.advance(60_000)
    expect(did).toHaveLength(2)
  })

  it('pings every ten seconds however long the timeout', () => {
    const { clock, did, heartbeat } = watched()
    heartbeat.beat(120_000)
    clock.advance(30_000)
    expect(did).toEqual(['ping 10000', 'ping 20000', 'ping 30000'])
  })

  it('needs no ping while requests go out, but does not take them for answers', async () => {
    const { clock, did, heartbeat } = watched()
    heartbeat.beat(3_000)
    for (let i = 0; i < 19; i++) {
      clock.advance(100)
      heartbeat.sent()
    }
    expect(did).toEqual([])
    clock.advance(100)
    await immediates()
    expect(did).toEqual(['nothing came from the server within 2000 ms 2000'])
  })

  it('looks into the socket first when the process itself stood still', async () => {
    const { clock, did, heartbeat } = watched()
    heartbeat.beat(3_000)
    // What the server said meanwhile is read after the timers.
    setImmediate(() => heartbeat.received())
    clock.advance(2_500)
    await immediates()
    await immediates()
    expect(did).toEqual(['ping 1000'])
    clock.advance(1_000)
    expect(did).toEqual(['ping 1000', 'ping 2501'])
  })

  it('is silent once it is stopped, or when there is no session to keep', () => {
    const stopped = watched()
    stopped.heartbeat.beat(3_000)
    stopped.heartbeat.stop()
    stopped.clock.advance(60_000)
    const none = watched()
    none.heartbeat.start(500)
    none.heartbeat.beat(0)
    none.clock.advance(60_000)
    expect([...stopped.did, ...none.did]).toEqual([])
  })

  it('never lets a server that answers go, nor keeps one that does not, whatever the traffic', async () => {
    const step = fc.record({ ms: fc.nat(400), sends: fc.boolean() })
    const steps = fc.array(step, { minLength: 30, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 900, max: 9_000 }), async (traffic, timeoutMs) => {
        const answering = watched()
        const dead = watched()
        answering.heartbeat.beat(timeoutMs)
        dead.heartbeat.beat(timeoutMs)
        for (const { ms, sends } of traffic) {
          for (let passed = 0; passed < ms; passed++) {
            const pings = answering.did.length
            answering.clock.advance(1)
            dead.clock.advance(1)
            // The answer comes a moment later, to a ping as to a request.
            if (answering.did.length > pings) answering.heartbeat.received()
          }
          if (!sends) continue
          answering.heartbeat.sent()
          answering.heartbeat.received()
          dead.heartbeat.sent()
        }
        await immediates()
        expect(answering.did.filter((what) => !what.startsWith('ping'))).toEqual([])
        const passedMs = dead.clock.now()
        const noticed = dead.did.some((what) => what.startsWith('nothing'))
        expect(noticed).toBe(passedMs >= Math.ceil((timeoutMs * 2) / 3))
      }),
      { numRuns: 50 },
    )
  })
})
