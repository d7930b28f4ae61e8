import fc from 'fast-check'
import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { type Clock, systemClock, ZooKeeper, ZooKeeperError } from '../../src/index.ts'
import { friendly } from '../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../support/scripted-server.ts'

type ScriptedConnection = Parameters<Script['onConnect']>[0]

/** What the server does with a request, or with a handshake. */
const whims = ['answer', 'refuse', 'ignore', 'confuse', 'cut', 'end', 'break', 'forget'] as const
type Whim = (typeof whims)[number]

/** How a caller waits. */
const patiences = ['ever', 'deadline', 'abort'] as const

/** The system's clock, which knows how many of its timers are set. */
function countingClock(): Clock & { readonly count: number } {
  const timers = new Set<object>()
  return {
    now: () => systemClock.now(),
    setTimer(callback, delayMs) {
      const timer = systemClock.setTimer(() => {
        timers.delete(timer)
        callback()
      }, delayMs)
      timers.add(timer)
      return {
        cancel() {
          timers.delete(timer)
          timer.cancel()
        },
      }
    },
    get count() {
      return timers.size
    },
  }
}

/** A server that does what comes next in the list, over and over. */
function whimsical(list: readonly Whim[], open: Set<ScriptedConnection>): Script {
  let step = 0
  const next = () => list[step++ % list.length] ?? 'answer'
  return {
    onConnect(connection, { sessionId }) {
      open.add(connection)
      connection.onClose(() => open.delete(connection))
      const whim = next()
      if (whim === 'cut') connection.close()
      else if (whim === 'ignore') return
      else if (whim === 'break') connection.write(Buffer.from('000000ff00', 'hex'))
      else if (whim === 'forget' && sessionId !== 0n) {
        connection.accept({ timeoutMs: 0, sessionId: 0n })
      } else connection.accept({ timeoutMs: 100, sessionId: sessionId === 0n ? 7n : sessionId })
    },
    onRequest(connection, header, body) {
      const whim = next()
      if (whim === 'ignore') return
      if (whim === 'confuse') connection.reply({ xid: header.xid + 1 })
      else if (whim === 'refuse') connection.reply({ xid: header.xid, err: -101 })
      else if (whim === 'cut') connection.close()
      else if (whim === 'end') connection.end()
      else if (whim === 'break') connection.write(Buffer.from('00000010000000', 'hex'))
      else friendly.onRequest(connection, header, body)
    },
  }
}

it('ends every call, timer and connection, whatever the server does and the callers want', {
  timeout: 60_000,
}, async () => {
  const step = fc.record({ patience: fc.constantFrom(...patiences), pauseMs: fc.nat(10) })
  const scenario = fc.record({
    list: fc.array(fc.constantFrom(...whims), { minLength: 1, maxLength: 12 }),
    steps: fc.array(step, { minLength: 5, maxLength: 15 }),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ list, steps }) => {
      const open = new Set<ScriptedConnection>()
      await using server = await startScriptedServer(whimsical(list, open))
      const clock = countingClock()
      const options = { sessionTimeoutMs: 200, reconnect: { minMs: 1, maxMs: 20 }, clock }
      const zk = new ZooKeeper(`${server.connectString},${server.connectString}`, options)
      const connecting = zk.connect({ timeoutMs: 100 }).catch((error: unknown) => error)
      const outcomes: Promise<unknown>[] = []
      for (const { patience, pauseMs } of steps) {
        const limits = {
          ever: {},
          deadline: { timeoutMs: 5 },
          abort: { signal: AbortSignal.timeout(5) },
        }[patience]
        const calls = [
          zk.getData('/a', { ...limits, watch: () => {} }),
          zk.delete('/b', limits),
          zk.addWatch('/c', 'persistent', limits),
          zk.drain(limits),
        ]
        outcomes.push(
          ...calls.map((call) =>
            call.then(
              () => undefined,
              (error: unknown) => error,
            ),
          ),
        )
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
      await zk.close()
      for (const error of [...(await Promise.all(outcomes)), await connecting]) {
        if (error !== undefined) expect(error).toBeInstanceOf(ZooKeeperError)
      }
      expect(zk.stats().queued).toBe(0)
      await waitFor('the sockets to close', () => open.size === 0)
      await waitFor('the timers to end', () => clock.count === 0)
      await expect(zk.getData('/a')).rejects.toMatchObject({ code: expect.stringMatching(/^ZK_/) })
    }),
    { numRuns: 30 },
  )
})
