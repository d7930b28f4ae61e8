import { expect, it } from 'vitest'
import {
  createOperation,
  existsOperation,
  OpCode,
  opCodeName,
  type Stat,
  setDataOperation,
} from '../../../zookeeper/src/protocol/index.ts'
import {
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../../zookeeper/test/support/scripted-server.ts'
import { ServiceRegistration } from '../../src/register/service-registration.ts'

const SESSION_ID = 0x1234n
const NO_NODE = -101
const SESSION_MOVED = -118

/** What befalls the first create. */
type Fate = 'done, answer lost' | 'not done, connection lost' | 'session moved'

/** A server with one znode to be, that writes down which writes it was asked for. */
function oneZnode(fate: Fate, writes: string[]): Required<Script> {
  let version: number | undefined
  const stat = (): Stat => ({
    czxid: 1n,
    mzxid: 1n,
    ctime: 1n,
    mtime: 1n,
    version: version ?? 0,
    cversion: 0,
    aversion: 0,
    ephemeralOwner: SESSION_ID,
    dataLength: 0,
    numChildren: 0,
    pzxid: 1n,
  })
  return {
    onConnect: (connection) => connection.accept({ sessionId: SESSION_ID }),
    onRequest(connection, { xid, type }, body) {
      if (type === OpCode.create) {
        const { path } = createOperation.decodeRequest(body)
        const isFirst = writes.push(opCodeName(type)) === 1
        if (!isFirst || fate === 'done, answer lost') version = 0
        if (!isFirst)
          connection.reply({ xid }, (to) => createOperation.encodeResponse(to, { path }))
        else if (fate === 'session moved') connection.reply({ xid, err: SESSION_MOVED })
        else connection.close()
      } else if (type === OpCode.setData) {
        writes.push(opCodeName(type))
        version = (version ?? 0) + 1
        connection.reply({ xid }, (to) => setDataOperation.encodeResponse(to, { stat: stat() }))
      } else if (type === OpCode.exists) {
        if (version === undefined) connection.reply({ xid, err: NO_NODE })
        else connection.reply({ xid }, (to) => existsOperation.encodeResponse(to, { stat: stat() }))
      } else connection.reply({ xid })
    },
  }
}

const register = (server: ScriptedServer) =>
  new ServiceRegistration({
    zookeeper: server.connectString,
    service: 'shop',
    id: 'one',
    address: '127.0.0.1',
    port: 8080,
  })

it.each([
  ['done, answer lost', ['create', 'setData']],
  ['not done, connection lost', ['create', 'create']],
  ['session moved', ['create', 'create']],
] as const)('registers once where its first create is %s', async (fate, expected) => {
  const writes: string[] = []
  await using server = await startScriptedServer(oneZnode(fate, writes))
  await using registration = register(server)
  await registration.registered
  expect(registration.state).toBe('registered')
  expect(writes).toEqual(expected)
})
