import { expect, it } from 'vitest'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import { Lock } from '../../../src/index.ts'
import {
  createOperation,
  deleteOperation,
  existsOperation,
  getChildrenOperation,
  OpCode,
} from '../../../src/protocol/index.ts'
import { connected, friendlyStat } from '../../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../../support/scripted-server.ts'

const NO_NODE = -101

/**
 * A server that carries out the first create and dies before it answers; then the session expires, but the follower that the
 * client comes to has not heard of that yet, and still shows the old session's znode.
 */
function lateFollower(): {
  script: Required<Script>
  children: Map<string, bigint>
  log: string[]
} {
  const children = new Map<string, bigint>()
  const log: string[] = []
  let sessionId = 0xan
  const script: Required<Script> = {
    onConnect(connection) {
      if (connection.number === 1) {
        sessionId = 0xbn
        connection.accept({ timeoutMs: 0, sessionId: 0n })
      } else connection.accept({ sessionId })
    },
    onRequest(connection, { xid, type }, body) {
      if (type === OpCode.create) {
        const path = `${createOperation.decodeRequest(body).path}${String(children.size).padStart(10, '0')}`
        children.set(path, sessionId)
        log.push('create')
        if (connection.number === 0) connection.close()
        else connection.reply({ xid }, (to) => createOperation.encodeResponse(to, { path }))
      } else if (type === OpCode.getChildren) {
        const names = [...children.keys()].map((path) => path.slice('/lock/'.length))
        connection.reply({ xid }, (to) =>
          getChildrenOperation.encodeResponse(to, { children: names }),
        )
      } else if (type === OpCode.exists) {
        const ephemeralOwner = children.get(existsOperation.decodeRequest(body).path)
        if (ephemeralOwner === undefined) connection.reply({ xid, err: NO_NODE })
        else {
          const stat = { ...friendlyStat, czxid: 7n, ephemeralOwner }
          connection.reply({ xid }, (to) => existsOperation.encodeResponse(to, { stat }))
        }
      } else if (type === OpCode.delete) {
        log.push('delete')
        children.delete(deleteOperation.decodeRequest(body).path)
        connection.reply({ xid })
      } else if (type === OpCode.sync) connection.reply({ xid }, (to) => to.writeString('/lock'))
      else connection.reply({ xid })
    },
  }
  return { script, children, log }
}

it('does not take the znode of its expired session for its own, although a follower still shows it', async () => {
  const { script, children, log } = lateFollower()
  await using server = await startScriptedServer(script)
  await using zk = await connected(server, { reconnect: { minMs: 1, maxMs: 1 } })
  const held = await new Lock(zk, '/lock').acquire()
  expect(children.get(held.path)).toBe(0xbn)
  expect(held.fencingToken).toBe(7n)
  await waitFor('the old one to be deleted', () => children.size === 1)
  expect(log).toEqual(['create', 'delete', 'create'])
  await held.release()
  expect(children.size).toBe(0)
})
