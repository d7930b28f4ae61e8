import { fileURLToPath } from 'node:url'
import {
  closeSessionOperation,
  createOperation,
  existsOperation,
  getAllChildrenNumberOperation,
  getDataOperation,
  NOTHING,
  OPEN_ACL_UNSAFE,
  setDataOperation,
} from '@zoogate/zookeeper/protocol'
import { ZooKeeperServer } from '@zoogate/zookeeper-server'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { type Program, startProgram } from '../../../test/support/program.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { RawClient } from './raw-client.ts'

const SCRIPT = fileURLToPath(new URL('server-process.mjs', import.meta.url))

function startServer(
  folder: string,
  port: number,
  before: readonly string[] = [],
): Promise<Program> {
  const [command = process.execPath, ...args] = [...before, process.execPath]
  return startProgram(command, [...args, SCRIPT, folder, String(port)], { ready: /serves on \d+/ })
}

const node = (path: string, flags = 0, data: Buffer = Buffer.from(path)) => ({
  path,
  data,
  acl: OPEN_ACL_UNSAFE,
  flags,
})

describe('kill -9', () => {
  it('in the middle of writes loses none that was acknowledged, ten times in a row', async () => {
    await using folder = await temporaryFolder()
    const port = await freePort()
    const acknowledged: string[] = []
    for (let round = 0; round < 10; round++) {
      await using server = await startServer(folder.path, port)
      const client = await RawClient.connect(port)
      await expectAll(client, acknowledged)
      const paths: string[] = []
      const goal = acknowledged.length + 50 + 37 * round
      // Sent without waiting, so that the kill falls into a group that is being written.
      for (let n = 0; n < 2_000; n++) {
        paths.push(`/r${round}-${n}`)
        client.send(createOperation, node(`/r${round}-${n}`))
      }
      for (let index = 0; ; index++) {
        const incoming = await client.next()
        if (incoming.type !== 'reply') break
        expect(incoming.err).toBe(0)
        acknowledged.push(paths[index] ?? '')
        if (acknowledged.length === goal) server.kill('SIGKILL')
      }
      client.close()
      expect(await server.exited).toBe('SIGKILL')
    }
    await using _server = await startServer(folder.path, port)
    const client = await RawClient.connect(port)
    expect(acknowledged.length).toBeGreaterThan(500)
    await expectAll(client, acknowledged)
    client.close()
  })

  it('keeps sessions and their ephemeral nodes: the client comes back with its password', async () => {
    await using folder = await temporaryFolder()
    const port = await freePort()
    let session: { sessionId: bigint; password: Buffer }
    {
      await using server = await startServer(folder.path, port)
      const client = await RawClient.connect(port)
      await client.call(createOperation, node('/e', 1))
      session = { sessionId: client.sessionId, password: client.password }
      server.kill('SIGKILL')
      await server.exited
    }
    await using _server = await startServer(folder.path, port)
    const wrong = await RawClient.connect(port, { ...session, password: Buffer.alloc(16) })
    expect(wrong.sessionId).toBe(0n)
    const client = await RawClient.connect(port, session)
    expect(client.sessionId).toBe(session.sessionId)
    expect(await client.call(existsOperation, { path: '/e', watch: false })).toMatchObject({
      err: 0,
    })
    await client.call(closeSessionOperation, NOTHING)
    const other = await RawClient.connect(port)
    expect(await other.call(existsOperation, { path: '/e', watch: false })).toMatchObject({
      err: -101,
    })
    other.close()
  })
})

async function expectAll(client: RawClient, paths: readonly string[]): Promise<void> {
  for (const path of paths) client.send(getDataOperation, { path, watch: false })
  for (const path of paths) {
    const reply = await client.next()
    if (reply.type !== 'reply') throw new Error(`${path}: ${reply.type}`)
    expect(reply.err, path).toBe(0)
    expect((reply.response as { data: Buffer }).data.toString()).toBe(path)
  }
}

describe('a start', () => {
  const NODES = 100_000

  // Measured in processor time: other programs share the machine's cores.
  it('with 100,000 nodes takes less than a second, from the log and from a snapshot', async () => {
    await using folder = await temporaryFolder()
    for (const snapshotEveryTransactions of [10 * NODES, 1]) {
      {
        await using server = new ZooKeeperServer({
          dataFolder: folder.path,
          port: 0,
          snapshotEveryTransactions,
        })
        await server.listen()
        const client = await RawClient.connect(server.port)
        const before = await client.call(getAllChildrenNumberOperation, { path: '/' })
        if (before.type === 'reply' && (before.response?.totalNumber ?? 0) < NODES) {
          for (let n = 0; n < NODES; n++) client.send(createOperation, node(`/n${n}`))
          for (let n = 0; n < NODES; n++) await client.next()
        }
        client.close()
      }
      await using again = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
      const start = process.cpuUsage()
      await again.listen()
      const used = process.cpuUsage(start)
      const client = await RawClient.connect(again.port)
      const count = await client.call(getAllChildrenNumberOperation, { path: '/' })
      expect(count).toMatchObject({ response: { totalNumber: NODES + 3 } })
      client.close()
      expect((used.user + used.system) / 1_000).toBeLessThan(1_000)
    }
  })

  it('of an empty server takes less than 100 ms', async () => {
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      await using folder = await temporaryFolder()
      await using server = new ZooKeeperServer({ dataFolder: folder.path, port: 0 })
      const start = performance.now()
      await server.listen()
      times.push(performance.now() - start)
    }
    // The best of five: other programs share the machine's cores.
    expect(Math.min(...times)).toBeLessThan(100)
  })
})

describe('a disk that takes no more', () => {
  it('stops acknowledging and says why; reads go on, and what was acknowledged stays', async () => {
    await using folder = await temporaryFolder()
    const port = await freePort()
    const data = Buffer.alloc(50_000, 7)
    let writes = 0
    {
      // The kernel refuses to let a file grow beyond 400 KiB, as a full disk would.
      const limited = ['/bin/bash', '-c', 'ulimit -f 400; exec "$0" "$@"']
      await using server = await startServer(folder.path, port, limited)
      const reader = await RawClient.connect(port)
      await reader.call(createOperation, node('/seen'))
      const writer = await RawClient.connect(port)
      for (;;) {
        const reply = await writer.call(createOperation, node(`/w${writes}`, 0, data))
        if (reply.type === 'closed') break
        expect(reply.err).toBe(0)
        writes++
      }
      expect(writes).toBeGreaterThan(3)
      await waitFor('the server to say why', () => /Writes are refused/.test(server.output()))
      const read = await reader.call(getDataOperation, { path: '/seen', watch: false })
      expect(read).toMatchObject({ type: 'reply', err: 0 })
      const lost = await reader.call(existsOperation, { path: `/w${writes}`, watch: false })
      expect(lost).toMatchObject({ type: 'reply', err: -101 })
    }
    await using _server = await startServer(folder.path, port)
    const client = await RawClient.connect(port)
    for (let n = 0; n < writes; n++) {
      const reply = await client.call(getDataOperation, { path: `/w${n}`, watch: false })
      // Compared as bytes: the matchers take seconds for 50,000 elements.
      expect(reply.type === 'reply' && reply.response?.data?.equals(data)).toBe(true)
    }
    const set = await client.call(setDataOperation, { path: '/w0', data: null, version: 0 })
    expect(set).toMatchObject({ err: 0 })
    client.close()
  })
})
