import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeper } from '../../src/index.ts'
import { ErrorCode, OpCode } from '../../src/protocol/index.ts'
import { friendly } from '../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../support/scripted-server.ts'

/** What a server says of itself. */
const modeOf = (hasQuorum: boolean) => (hasQuorum ? 'rw' : 'ro')

const options = { canBeReadOnly: true, sessionTimeoutMs: 4_000 }

/** A server like Apache's since 3.6: without a quorum it takes no session but those that it makes up itself. */
function quorumOf(isThere: () => boolean): Script & { readonly sessions: bigint[] } {
  let made = 100n
  const sessions: bigint[] = []
  return {
    sessions,
    onConnect(connection, { sessionId, readOnly }) {
      const hasQuorum = isThere()
      if (!hasQuorum && (readOnly !== true || sessionId !== 0n)) {
        connection.close()
        return
      }
      sessions.push(sessionId)
      connection.accept({
        sessionId: sessionId === 0n ? made++ : sessionId,
        readOnly: !hasQuorum,
      })
    },
    onRequest(connection, header, body) {
      if (header.type === OpCode.delete && !isThere()) {
        connection.reply({ xid: header.xid, err: ErrorCode.notReadOnly })
      } else if (header.type === OpCode.setData) connection.close()
      else friendly.onRequest(connection, header, body)
    },
  }
}

/** Makes the call that the script answers by closing. */
async function cut(zk: ZooKeeper): Promise<void> {
  await zk.setData('/cut', null).catch(() => undefined)
}

it('reads as a guest, and goes back with its own session', async () => {
  let isThere = true
  const script = quorumOf(() => isThere)
  await using server = await startScriptedServer(script, { mode: () => modeOf(isThere) })
  await using zk = new ZooKeeper(server.connectString, options)
  const states: string[] = []
  zk.onStateChange((state) => states.push(state))
  await zk.connect({ timeoutMs: 5_000 })
  isThere = false
  await cut(zk)
  await waitFor('the guest', () => zk.state === 'connectedReadOnly')
  await zk.getData('/a')
  await expect(zk.delete('/a')).rejects.toMatchObject({ code: 'ZK_READ_ONLY_SERVER' })
  expect(zk.sessionId).toBe(100n)
  isThere = true
  await waitFor('the quorum', () => zk.state === 'connected')
  expect(zk.sessionId).toBe(100n)
  expect(states).toEqual(['connected', 'suspended', 'connectedReadOnly', 'suspended', 'connected'])
  expect(script.sessions).toEqual([0n, 0n, 100n])
})

it('ends the session that it gets as a guest of a quorum, and asks for its own', async () => {
  const ended: number[] = []
  let isThere = true
  const script = quorumOf(() => isThere)
  await using server = await startScriptedServer(
    {
      ...script,
      onRequest(connection, header, body) {
        if (header.type === OpCode.closeSession) ended.push(connection.number)
        script.onRequest?.(connection, header, body)
      },
    },
    {
      // It says that it has none, and has one by the time of the handshake.
      mode() {
        const mode = modeOf(isThere)
        isThere = true
        return mode
      },
    },
  )
  await using zk = new ZooKeeper(server.connectString, options)
  await zk.connect({ timeoutMs: 5_000 })
  isThere = false
  await cut(zk)
  await waitFor('the session', () => zk.state === 'connected')
  expect(zk.sessionId).toBe(100n)
  expect(ended).toHaveLength(1)
  expect(script.sessions.at(-1)).toBe(100n)
})

it('waits for a quorum when it was not told that reading will do', async () => {
  let isThere = true
  const script = quorumOf(() => isThere)
  await using server = await startScriptedServer(script, { mode: () => modeOf(isThere) })
  await using zk = new ZooKeeper(server.connectString, { sessionTimeoutMs: 4_000 })
  const states: string[] = []
  zk.onStateChange((state) => states.push(state))
  await zk.connect({ timeoutMs: 5_000 })
  isThere = false
  await cut(zk)
  const waiting = zk.delete('/a')
  await expect(zk.connect({ timeoutMs: 300 })).rejects.toMatchObject({ code: 'ZK_TIMEOUT' })
  isThere = true
  await waiting
  expect(states).toEqual(['connected', 'suspended', 'connected'])
})

it('is told that its session is lost by a quorum only', async () => {
  let isThere = true
  let isForgotten = false
  const script = quorumOf(() => isThere)
  await using server = await startScriptedServer(
    {
      ...script,
      onConnect(connection, request) {
        if (isForgotten && request.sessionId !== 0n) {
          connection.accept({ timeoutMs: 0, sessionId: 0n, readOnly: !isThere })
        } else script.onConnect(connection, request)
      },
    },
    { mode: () => modeOf(isThere) },
  )
  await using zk = new ZooKeeper(server.connectString, options)
  const states: string[] = []
  zk.onStateChange((state) => states.push(state))
  await zk.connect({ timeoutMs: 5_000 })
  isThere = false
  isForgotten = true
  await cut(zk)
  await waitFor('the guest', () => zk.state === 'connectedReadOnly')
  expect(states).not.toContain('lost')
  isThere = true
  await waitFor('another session', () => states.includes('lost') && zk.state === 'connected')
  expect(zk.sessionId).not.toBe(100n)
})

it('keeps its session on a read-only server that takes it, as those before 3.6 do', async () => {
  let isThere = true
  const script = quorumOf(() => isThere)
  await using server = await startScriptedServer(
    {
      ...script,
      onConnect(connection, { sessionId, readOnly }) {
        if (!isThere && readOnly !== true) connection.close()
        else connection.accept({ sessionId: sessionId || 7n, readOnly: !isThere })
      },
    },
    { mode: () => modeOf(isThere) },
  )
  await using zk = new ZooKeeper(server.connectString, options)
  const states: string[] = []
  zk.onStateChange((state) => states.push(`${state} ${zk.sessionId}`))
  await zk.connect({ timeoutMs: 5_000 })
  isThere = false
  await cut(zk)
  await zk.getData('/a')
  expect(zk.state).toBe('connectedReadOnly')
  isThere = true
  await waitFor('the quorum', () => zk.state === 'connected')
  expect(states).toEqual([
    'connected 7',
    'suspended 7',
    'connectedReadOnly 7',
    'suspended 7',
    'connected 7',
  ])
})
