import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeper } from '../../src/index.ts'
import { OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../support/scripted-server.ts'

interface Counted {
  readonly script: Script
  connections: number
}

function counted(onRequest = friendly.onRequest): Counted {
  const one: Counted = {
    connections: 0,
    script: {
      onConnect(connection) {
        one.connections++
        connection.accept({})
      },
      onRequest,
    },
  }
  return one
}

it('leaves a server that the list does not name any more, once it has answered', async () => {
  let release: (() => void) | undefined
  const old = counted((connection, header, body) => {
    if (header.type !== OpCode.getData) return friendly.onRequest(connection, header, body)
    release = () => friendly.onRequest(connection, header, body)
    return undefined
  })
  const other = counted()
  await using oldServer = await startScriptedServer(old.script)
  await using otherServer = await startScriptedServer(other.script)
  await using zk = await connected(oldServer)
  const states: string[] = []
  zk.onStateChange((state) => states.push(state))
  const onItsWay = zk.getData('/a')
  await new Promise(setImmediate)
  zk.updateServerList(otherServer.connectString)
  const waiting = zk.exists('/b')
  await new Promise(setImmediate)
  expect(zk.state).toBe('connected')
  await waitFor('the request', () => release !== undefined)
  expect(other.connections).toBe(0)
  release?.()
  await onItsWay
  await waiting
  expect(states).toEqual(['suspended', 'connected'])
  expect(other.connections).toBe(1)
  expect(old.connections).toBe(1)
})

it('does not wait for ever for the answers of a server that it leaves', async () => {
  const old = counted(() => {})
  await using oldServer = await startScriptedServer(old.script)
  await using otherServer = await startScriptedServer(friendly)
  await using zk = await connected(oldServer, { sessionTimeoutMs: 60_000 })
  const never = zk.getData('/a').catch((error: unknown) => error)
  await new Promise(setImmediate)
  zk.updateServerList(otherServer.connectString)
  expect(await never).toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
  await zk.getData('/a')
})

it('stays where it is when the list still names the server', async () => {
  const here = counted()
  await using server = await startScriptedServer(here.script)
  await using zk = await connected(server, { random: () => 0 })
  zk.updateServerList(`${server.connectString},127.0.0.1:1`)
  zk.updateServerList(`127.0.0.1:1,${server.connectString}`)
  await zk.getData('/a')
  expect(zk.state).toBe('connected')
  expect(here.connections).toBe(1)
})

it('moves to an added server when chance wants it', async () => {
  const added = counted()
  await using server = await startScriptedServer(friendly)
  await using addedServer = await startScriptedServer(added.script)
  await using zk = await connected(server, { random: () => 0.9 })
  zk.updateServerList(`${server.connectString},${addedServer.connectString}`)
  await waitFor('the move', () => added.connections === 1 && zk.state === 'connected')
})

it('gives up connecting to a server that is no more in the list', async () => {
  await using mute = await startScriptedServer({ onConnect: () => {} })
  await using server = await startScriptedServer(friendly)
  await using zk = new ZooKeeper(mute.connectString, { sessionTimeoutMs: 60_000 })
  const isThere = zk.connect({ timeoutMs: 10_000 })
  await new Promise(setImmediate)
  zk.updateServerList(server.connectString)
  await isThere
})

it('refuses a list that cannot be read, or with another path', async () => {
  await using zk = new ZooKeeper('a/b')
  for (const wrong of ['', 'a:0', 'a/c', 'a/b/c']) {
    expect(() => zk.updateServerList(wrong)).toThrow(
      expect.objectContaining({ code: 'ZK_INVALID_OPTION' }),
    )
  }
  zk.updateServerList('c')
  zk.updateServerList('c/b')
})
