import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeper } from '../../src/index.ts'
import { type ConnectRequest, OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

const session = { id: -0x1234n, password: Buffer.from('0123456789abcdef') }

it('asks for the session that it is given, and gives it on', async () => {
  const handshakes: ConnectRequest[] = []
  await using server = await startScriptedServer({
    ...friendly,
    onConnect(connection, request) {
      handshakes.push(request)
      connection.accept({ sessionId: request.sessionId, password: request.password })
    },
  })
  await using zk = await connected(server, { session })
  expect(handshakes).toMatchObject([{ sessionId: session.id, password: session.password }])
  expect(zk.sessionId).toBe(session.id)
  expect(zk.session).toEqual(session)
})

it('says that the session was lost when the server does not know it, and makes a new one', async () => {
  await using server = await startScriptedServer({
    ...friendly,
    onConnect(connection, { sessionId }) {
      if (sessionId === 0n) connection.accept({ sessionId: 9n })
      else connection.accept({ timeoutMs: 0, sessionId: 0n })
    },
  })
  await using zk = new ZooKeeper(server.connectString, { session })
  const states: string[] = []
  zk.onStateChange((state) => states.push(state))
  await zk.connect({ timeoutMs: 5_000 })
  expect(states).toEqual(['lost', 'connected'])
  expect(zk.session).toEqual({ id: 9n, password: Buffer.alloc(16, 1) })
})

it.each([
  ['another session than the one asked for', { sessionId: 5n }],
  ['a session with the number 0', { sessionId: 0n }],
  ['a read-only session', { readOnly: true }],
])('keeps its session, and looks on, when a server gives %s', async (_what, response) => {
  await using server = await startScriptedServer({
    ...friendly,
    onConnect(connection, { sessionId }) {
      connection.accept({ sessionId, ...(connection.number < 3 ? response : {}) })
    },
  })
  await using zk = new ZooKeeper(server.connectString, { session })
  const states: string[] = []
  zk.onStateChange((state) => states.push(state))
  await zk.connect({ timeoutMs: 5_000 })
  expect(states).toEqual(['connected'])
  expect(zk.sessionId).toBe(session.id)
})

it('has no session to give before it has one', async () => {
  await using zk = new ZooKeeper('127.0.0.1:1')
  expect(zk.session).toBeUndefined()
})

it('leaves the session to itself when it is to be kept', async () => {
  const said: number[] = []
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      said.push(header.type)
      friendly.onRequest(connection, header, body)
    },
  })
  const kept = await connected(server)
  await kept.getData('/a')
  await kept.close({ keepSession: true })
  expect(kept.state).toBe('closed')
  const ended = await connected(server)
  await ended.close()
  await waitFor('the end of the session', () => said.includes(OpCode.closeSession))
  expect(said).toEqual([OpCode.getData, OpCode.closeSession])
})

it.each([
  { id: 0n, password: Buffer.alloc(16) },
  { id: 1n << 63n, password: Buffer.alloc(16) },
  { id: 1n, password: Buffer.alloc(15) },
])('refuses a session that cannot be', (wrong) => {
  expect(() => new ZooKeeper('a', { session: wrong })).toThrow(
    expect.objectContaining({ code: 'ZK_INVALID_OPTION' }),
  )
})
