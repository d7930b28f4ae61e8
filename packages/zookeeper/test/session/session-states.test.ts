import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ZooKeeper } from '../../src/index.ts'
import { OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

it('tells every listener of the states in their order, also when one of them closes the client', async () => {
  await using server = await startScriptedServer(friendly)
  await using zk = new ZooKeeper(server.connectString)
  const heard: string[] = []
  zk.onStateChange((state) => {
    if (state === 'connected') void zk.close()
  })
  zk.onStateChange((state, previous) => heard.push(`${previous} ${state}`))
  await zk.connect({ timeoutMs: 5_000 }).catch(() => undefined)
  await waitFor('the end', () => zk.state === 'closed' && heard.length === 2)
  expect(heard).toEqual(['connecting connected', 'connected closed'])
})

it('tells a listener nothing any more once it is taken away, by another listener too', async () => {
  await using server = await startScriptedServer(friendly)
  await using zk = new ZooKeeper(server.connectString)
  const heard: string[] = []
  let unsubscribe = () => {}
  zk.onStateChange(() => unsubscribe())
  unsubscribe = zk.onStateChange((state) => heard.push(state))
  await zk.connect({ timeoutMs: 5_000 })
  expect(heard).toEqual([])
})

it('does not count calls that were given up among those that wait', async () => {
  await using zk = new ZooKeeper('127.0.0.1:1', { maxQueuedRequests: 2 })
  const { signal, abort } = givenUp()
  const first = [zk.getData('/a', { signal }), zk.getData('/b', { signal })]
  abort()
  for (const one of first) await expect(one).rejects.toMatchObject({ code: 'ZK_ABORTED' })
  const second = [zk.getData('/c'), zk.getData('/d')]
  await expect(zk.getData('/e')).rejects.toMatchObject({ code: 'ZK_QUEUE_FULL' })
  await zk.close()
  for (const one of second) await expect(one).rejects.toMatchObject({ code: 'ZK_CLOSED' })
})

it('does not send a credential whose call was aborted before', async () => {
  const said: number[] = []
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      said.push(header.type)
      friendly.onRequest(connection, header, body)
    },
  })
  await using zk = await connected(server)
  const { signal, abort } = givenUp()
  abort()
  await expect(zk.addAuth('digest', 'a:b', { signal })).rejects.toMatchObject({
    code: 'ZK_ABORTED',
  })
  await zk.sync('/')
  expect(said).toEqual([OpCode.sync])
})

it('waits longer and longer between connections that end as soon as they are there', async () => {
  let connections = 0
  await using server = await startScriptedServer({
    onConnect(connection) {
      connections++
      connection.accept({})
    },
    onRequest: (connection) => connection.close(),
  })
  await using zk = new ZooKeeper(server.connectString, { random: () => 0.5 })
  let asking = true
  const poison = async () => {
    while (asking) await zk.getData('/poison').catch(() => undefined)
  }
  await zk.connect({ timeoutMs: 5_000 })
  const done = poison()
  const beginMs = performance.now()
  await waitFor('two seconds', () => performance.now() - beginMs > 2_000)
  asking = false
  await zk.close()
  await done
  // Pauses of 37, 75, 150, 300, 600, 1200 ms: without them some eighty connections.
  expect(connections).toBeGreaterThan(3)
  expect(connections).toBeLessThan(12)
})

function givenUp(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
