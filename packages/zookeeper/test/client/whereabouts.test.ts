import { expect, it } from 'vitest'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { ErrorCode, OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

it('names the server that answers, and the newest transaction that it told of', async () => {
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      if (header.type === OpCode.delete) connection.close()
      else friendly.onRequest(connection, header, body)
    },
  })
  const zk = await connected(server)
  const [host, port] = server.connectString.split(':')
  expect(zk.server).toEqual({ host, port: Number(port) })
  expect(zk.lastZxid).toBe(0n)
  await zk.sync()
  expect(zk.lastZxid).toBe(1n)
  const servers: unknown[] = []
  zk.onStateChange(() => servers.push(zk.server))
  await zk.delete('/a').catch(() => undefined)
  await waitFor('the client to come back', () => zk.state === 'connected')
  expect(servers).toEqual([undefined, { host, port: Number(port) }])
  expect(zk.lastZxid).toBe(1n)
  await zk.close()
  expect(zk.server).toBeUndefined()
})

it('says what may be missing where a path below the chroot is', async () => {
  await using server = await startScriptedServer({
    ...friendly,
    onRequest: (connection, { xid }) => connection.reply({ xid, err: ErrorCode.noNode }),
  })
  await using zk = await connected(server, {}, '/app')
  await expect(zk.create('/x')).rejects.toMatchObject({
    path: '/x',
    message: 'no such znode (does the chroot /app exist? zk.ensureChroot() creates it): /x',
  })
  await expect(zk.create('/x/y')).rejects.toMatchObject({
    message: 'no such znode (its parent /x does not exist; { parents: true } creates it): /x/y',
  })
  await using plain = await connected(server)
  await expect(plain.create('/x')).rejects.toMatchObject({ message: 'no such znode: /x' })
})
