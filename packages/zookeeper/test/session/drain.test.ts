import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeper } from '../../src/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

/** More than may be on the wire without an answer. */
const MANY = 25_000

it('keeps no more on the wire than may be there, and the rest waits', async () => {
  let requests = 0
  let hold = true
  const held: (() => void)[] = []
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      requests++
      const answer = () => friendly.onRequest(connection, header, body)
      if (hold) held.push(answer)
      else answer()
    },
  })
  await using zk = await connected(server)
  const all = Array.from({ length: MANY }, () => zk.getData('/a'))
  await waitFor('all that may come', () => requests === 10_000, { timeoutMs: 25_000 })
  // Nothing of the next ones comes before an answer goes.
  await new Promise(setImmediate)
  expect(requests).toBe(10_000)
  expect(zk.stats().queued).toBe(MANY - 10_000)
  hold = false
  for (const answer of held) answer()
  await Promise.all(all)
  expect(requests).toBe(MANY)
  expect(zk.stats().queued).toBe(0)
})

it('lets who awaits drain make as many calls as there is room for, and no call waits in the queue', async () => {
  await using server = await startScriptedServer(friendly)
  await using zk = await connected(server, { maxQueuedRequests: 1 })
  let answered = 0
  let made = 0
  let most = 0
  const calls: Promise<unknown>[] = []
  for (; made < MANY; made++) {
    await zk.drain()
    most = Math.max(most, made - answered)
    calls.push(
      zk.getData('/a').then(() => {
        answered++
      }),
    )
  }
  await Promise.all(calls)
  expect(most).toBeLessThanOrEqual(10_000)
  expect(answered).toBe(MANY)
})

it('drains when there is a connection, not before', async () => {
  await using server = await startScriptedServer(friendly)
  await using zk = new ZooKeeper(server.connectString, { sessionTimeoutMs: 4_000 })
  let isDrained = false
  const drained = zk.drain().then(() => {
    isDrained = true
  })
  const waiting = zk.getData('/a')
  await new Promise(setImmediate)
  expect(isDrained).toBe(false)
  await zk.connect({ timeoutMs: 5_000 })
  await drained
  await waiting
  await zk.drain()
})

it('ends waiting when the caller or the client ends', async () => {
  await using server = await startScriptedServer(friendly)
  const zk = new ZooKeeper(server.connectString)
  await expect(zk.drain({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  await expect(zk.drain({ timeoutMs: 0 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  await expect(zk.drain({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ZK_ABORTED',
  })
  const drained = zk.drain()
  await zk.close()
  await expect(drained).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  await expect(zk.drain()).rejects.toMatchObject({ code: 'ZK_CLOSED' })
})
