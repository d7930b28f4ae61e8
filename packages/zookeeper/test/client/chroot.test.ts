import { expect, it } from 'vitest'
import { Chroot } from '../../src/client/chroot.ts'
import type { WatchEvent } from '../../src/index.ts'
import { OpCode } from '../../src/protocol/index.ts'
import { connected, friendly } from '../support/friendly-script.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

it('goes there and back, with "/" and sequential paths', () => {
  const chroot = new Chroot('/zoo')
  for (const path of ['/', '/a', '/a/b', '/a/'])
    expect(chroot.toClient(chroot.toServer(path))).toBe(path)
})

it('takes a neighbour whose name begins alike for none of its own', () => {
  expect(new Chroot('/zoo').toClient('/zoogate/a')).toBe('/zoogate/a')
})

it('tells the same function once, however often it was left below a chroot', async () => {
  await using server = await startScriptedServer({
    ...friendly,
    onRequest(connection, header, body) {
      if (header.type === OpCode.sync) connection.notify({ type: 3, state: 3, path: '/zoo/a' })
      friendly.onRequest(connection, header, body)
    },
  })
  await using zk = await connected(server, {}, '/zoo')
  const heard: WatchEvent[] = []
  const watch = (event: WatchEvent) => heard.push(event)
  for (let i = 0; i < 3; i++) await zk.getData('/a', { watch })
  await zk.sync('/')
  expect(heard).toMatchObject([{ type: 'dataChanged', path: '/a' }])
})
