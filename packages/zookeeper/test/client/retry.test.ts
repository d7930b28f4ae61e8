import { expect, it } from 'vitest'
import { ConnectionLossError, NoNodeError, retry, ZooKeeper } from '../../src/index.ts'
import { ErrorCode, OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** Fails so often with the error, and then succeeds; counts the attempts. */
function failing(times: number, error: Error) {
  const counted = {
    attempts: 0,
    attempt: async () => {
      counted.attempts++
      if (counted.attempts <= times) throw error
      return 'done'
    },
  }
  return counted
}

const lost = new ConnectionLossError('lost')
const lostWrite = new ConnectionLossError('lost', { mayHaveHappened: true })

it('repeats what a lost connection ended', async () => {
  const work = failing(2, lost)
  expect(await retry(work.attempt)).toBe('done')
  expect(work.attempts).toBe(3)
})

it('repeats no write that may have happened, unless it is told to', async () => {
  const once = failing(1, lostWrite)
  await expect(retry(once.attempt)).rejects.toBe(lostWrite)
  expect(once.attempts).toBe(1)
  const twice = failing(1, lostWrite)
  expect(await retry(twice.attempt, { repeatUnsafe: true })).toBe('done')
})

it('repeats nothing that stays as it is, and not for ever', async () => {
  const none = new NoNodeError(ErrorCode.noNode, 'no such znode')
  const hopeless = failing(1, none)
  await expect(retry(hopeless.attempt)).rejects.toBe(none)
  expect(hopeless.attempts).toBe(1)
  const often = failing(9, lost)
  await expect(retry(often.attempt, { maxAttempts: 3 })).rejects.toBe(lost)
  expect(often.attempts).toBe(3)
  await expect(retry(often.attempt, { maxAttempts: 0 })).rejects.toMatchObject({
    code: 'ZK_INVALID_OPTION',
  })
})

it('ends with its deadline, and says what it means', async () => {
  await using nowhere = new ZooKeeper('127.0.0.1:1')
  const reading = retry(({ signal }) => nowhere.getData('/a', { signal }), { timeoutMs: 20 })
  await expect(reading).rejects.toMatchObject({ code: 'ZK_TIMEOUT', mayHaveHappened: false })
})

it('says that a write whose answer did not come may have happened when its time is up', async () => {
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      if (header.type !== OpCode.setData) friendly.onRequest(connection, header, body)
    },
  })
  await using zk = await connected(server)
  const writing = retry(({ signal }) => zk.setData('/a', 'x', { signal }), { timeoutMs: 20 })
  await expect(writing).rejects.toMatchObject({ code: 'ZK_TIMEOUT', mayHaveHappened: true })
})
