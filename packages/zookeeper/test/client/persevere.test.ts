import { expect, it } from 'vitest'
import { persevere, unlessAborted } from '../../src/client/persevere.ts'
import { AbortError, ConnectionLossError, NoNodeError, ProtocolError } from '../../src/index.ts'
import { ErrorCode } from '../../src/protocol/index.ts'
import { manualClock } from '../support/manual-clock.ts'

const loss = (options = {}) => new ConnectionLossError('lost', options)
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

it('repeats what fails for a reason that passes, with pauses that grow', async () => {
  const clock = manualClock()
  const attemptsAtMs: number[] = []
  const result = persevere({}, { clock, random: () => 1 }, ({ retry }) =>
    retry(async () => {
      attemptsAtMs.push(clock.now())
      if (attemptsAtMs.length < 4) throw loss()
      return 'done'
    }),
  )
  for (let ms = 0; ms < 200; ms += 10) {
    await turn()
    clock.advance(10)
  }
  expect(await result).toBe('done')
  expect(attemptsAtMs).toEqual([0, 10, 30, 70])
})

it('passes on at once what repeating cannot mend', async () => {
  const refused = new NoNodeError(ErrorCode.noNode, 'no such znode')
  const attempt = () => Promise.reject(refused)
  await expect(persevere({}, {}, ({ retry }) => retry(attempt))).rejects.toBe(refused)
  const broken = loss({ cause: new ProtocolError('ZK_FRAME_TOO_LONG', 'too long') })
  let attempts = 0
  const breaking = persevere({}, {}, ({ retry }) =>
    retry(() => {
      attempts++
      return Promise.reject(broken)
    }),
  )
  await expect(breaking).rejects.toBe(broken)
  expect(attempts).toBe(3)
})

it('ends with the time, and says that an earlier attempt may have happened', async () => {
  const clock = manualClock()
  const result = persevere(
    { timeoutMs: 100 },
    { clock, random: () => 1 },
    async ({ retry, signal }) => {
      let attempts = 0
      await retry(() => {
        attempts++
        if (attempts === 1) return Promise.reject(loss({ mayHaveHappened: true }))
        return unlessAborted(new Promise(() => {}), signal)
      })
    },
  )
  result.catch(() => {})
  await turn()
  clock.advance(50)
  await turn()
  clock.advance(50)
  await expect(result).rejects.toMatchObject({ code: 'ZK_TIMEOUT', mayHaveHappened: true })
})

it("ends with the caller's signal, before it begins or in a pause", async () => {
  const controller = new AbortController()
  const { signal } = controller
  const clock = manualClock()
  const inPause = persevere({ signal }, { clock }, ({ retry }) =>
    retry(() => Promise.reject(loss())),
  )
  inPause.catch(() => {})
  await turn()
  controller.abort(new Error('enough'))
  await expect(inPause).rejects.toMatchObject({ code: 'ZK_ABORTED', mayHaveHappened: false })
  const late = persevere({ signal }, { clock }, (work) =>
    unlessAborted(new Promise(() => {}), work.signal),
  )
  await expect(late).rejects.toBeInstanceOf(AbortError)
})

it('waits for ever with Infinity, and not at all with 0', async () => {
  const clock = manualClock()
  const waiting = persevere({ timeoutMs: Infinity }, { clock }, ({ signal }) =>
    Promise.race([unlessAborted(new Promise<never>(() => {}), signal), turn()]),
  )
  clock.advance(2 ** 31)
  await expect(waiting).resolves.toBeUndefined()
  const over = persevere({ timeoutMs: 0 }, { clock }, ({ signal }) =>
    unlessAborted(new Promise(() => {}), signal),
  )
  await expect(over).rejects.toMatchObject({ code: 'ZK_TIMEOUT', message: 'not done within 0 ms' })
})

it('takes the time of a signal for time, as it takes timeoutMs', async () => {
  const controller = new AbortController()
  const { signal } = controller
  let attempts = 0
  const result = persevere({ signal }, {}, (work) =>
    work.retry(() => {
      attempts++
      return unlessAborted(new Promise(() => {}), work.signal)
    }),
  )
  result.catch(() => {})
  await turn()
  controller.abort(new DOMException('the time is up', 'TimeoutError'))
  await expect(result).rejects.toMatchObject({ code: 'ZK_TIMEOUT', retryable: true })
  expect(attempts).toBe(1)
})
