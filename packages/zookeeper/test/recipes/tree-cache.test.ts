import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { TreeCache, ZooKeeper } from '../../src/index.ts'
import { multiReadOperation, OpCode } from '../../src/protocol/index.ts'
import { connected, friendly, friendlyStat } from '../support/friendly-script.ts'
import { type Script, startScriptedServer } from '../support/scripted-server.ts'

/** One znode, without children. */
function oneZnode(path: string, data: Buffer): Required<Script> {
  return {
    ...friendly,
    onRequest(connection, header, body) {
      if (header.type !== OpCode.multiRead) {
        friendly.onRequest(connection, header, body)
        return
      }
      const { ops } = multiReadOperation.decodeRequest(body)
      const results = ops.map((op) => {
        if (op.path !== path) return { type: 'error', err: -101 } as const
        if (op.type === 'getChildren') return { type: 'getChildren', children: [] } as const
        return { type: 'getData', data, stat: friendlyStat } as const
      })
      connection.reply({ xid: header.xid }, (to) =>
        multiReadOperation.encodeResponse(to, { results }),
      )
    },
  }
}

it('ends its start when it is closed before there is a connection', async () => {
  await using zk = new ZooKeeper('127.0.0.1:1')
  const cache = new TreeCache(zk, '/a')
  const started = cache.start()
  await cache.close()
  await expect(started).rejects.toMatchObject({ code: 'ZK_CLOSED' })
})

it('leaves the event loop alone while the client takes no request', async () => {
  await using zk = new ZooKeeper('127.0.0.1:1', { maxQueuedRequests: 1 })
  const waiting = zk.getData('/first').catch(() => undefined)
  const cache = new TreeCache(zk, '/a')
  const started = cache.start()
  // Fails by the test's time when the cache tries again without a pause.
  await new Promise((resolve) => setImmediate(resolve))
  await cache.close()
  await expect(started).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  await zk.close()
  await waiting
})

it('is not synced any more when a listener closes it while it tells the first reading', async () => {
  await using server = await startScriptedServer(oneZnode('/a', Buffer.from('x')))
  await using zk = await connected(server)
  const cache = new TreeCache(zk, '/a')
  cache.onChange(() => void cache.close())
  await expect(cache.start()).rejects.toMatchObject({ code: 'ZK_CLOSED' })
  expect(cache.synced).toBe(false)
})

it('stops when one znode alone is more than the client takes, instead of asking for ever', async () => {
  let connections = 0
  const script = oneZnode('/a', Buffer.alloc(8_192))
  await using server = await startScriptedServer({
    ...script,
    onConnect(connection) {
      connections++
      connection.accept({})
    },
  })
  const reconnect = { minMs: 1, maxMs: 1 }
  await using zk = await connected(server, { maxReplyBytes: 4_096, reconnect })
  await using cache = new TreeCache(zk, '/a')
  await expect(cache.start()).rejects.toMatchObject({ code: 'ZK_CACHE_OVERFLOW' })
  await waitFor('the connection again', () => zk.state === 'connected')
  expect(connections).toBeLessThan(20)
})
