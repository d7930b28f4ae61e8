import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
// By its path: this package must not depend on the one that is built on it.
import { ZooKeeperServer } from '../../zookeeper-server/src/index.ts'
import { Lock, type SessionState, ZooKeeper } from '../src/index.ts'

// What docs/testing.md tells to do.

async function expireSession(zk: ZooKeeper, connectString: string): Promise<void> {
  const other = new ZooKeeper(connectString, { session: zk.session })
  await other.connect({ timeoutMs: 10_000 })
  await other.close()
}

function statesOf(zk: ZooKeeper): SessionState[] {
  const states: SessionState[] = []
  zk.onStateChange((state) => states.push(state))
  return states
}

it('loses a session in a moment, with its ephemeral znodes and locks', async () => {
  await using folder = await temporaryFolder()
  const server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
  await server.listen()
  const zk = new ZooKeeper(server.connectString)
  await zk.connect({ timeoutMs: 10_000 })
  const formerId = zk.sessionId
  await zk.create('/mine', null, { mode: 'ephemeral' })
  const held = await new Lock(zk, '/lock').acquire({ timeoutMs: 10_000 })
  const states = statesOf(zk)
  await expireSession(zk, server.connectString)
  await waitFor('the new session', () => states.includes('lost') && zk.state === 'connected')
  expect(states).toEqual(['suspended', 'lost', 'connected'])
  expect(zk.sessionId).not.toBe(formerId)
  expect(await zk.exists('/mine')).toBeUndefined()
  expect(held.signal.aborted).toBe(true)
  await zk.close()
  await server.close()
})

it('keeps a session while its server is away', async () => {
  await using folder = await temporaryFolder()
  const first = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
  await first.listen()
  const { port, connectString } = first
  const zk = new ZooKeeper(connectString)
  await zk.connect({ timeoutMs: 10_000 })
  const { sessionId } = zk
  await zk.create('/mine', null, { mode: 'ephemeral' })
  const states = statesOf(zk)
  await first.close()
  await waitFor('the loss to be seen', () => states.includes('suspended'))
  const second = new ZooKeeperServer({ dataFolder: folder.path, port })
  await second.listen()
  await zk.connect({ timeoutMs: 10_000 })
  expect(states).toEqual(['suspended', 'connected'])
  expect((await zk.exists('/mine'))?.ephemeralOwner).toBe(sessionId)
  await zk.close()
  await second.close()
})

it('waits for a server that is not there yet', async () => {
  await using folder = await temporaryFolder()
  const place = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
  await place.listen()
  const { port, connectString } = place
  await place.close()
  const zk = new ZooKeeper(connectString)
  await expect(zk.connect({ timeoutMs: 10 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  const states = statesOf(zk)
  const server = new ZooKeeperServer({ dataFolder: folder.path, port })
  await server.listen()
  await zk.connect({ timeoutMs: 10_000 })
  await zk.connect()
  expect(states).toEqual(['connected'])
  await zk.close()
  await server.close()
  await expect(zk.connect()).rejects.toMatchObject({ code: 'ZK_CLOSED' })
})
