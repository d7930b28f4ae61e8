import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { recordDiagnostics, summary } from '../test/support/record-diagnostics.ts'
import { buildExamples } from './support/examples.ts'
import { onEachServer } from './support/on-each-server.ts'

const run = promisify(execFile)

onEachServer((stage) => {
  it('tells of a reconnect in the order of docs/diagnostics.md', async () => {
    await using proxy = await startTcpProxy({ port: stage.server.port })
    await using other = await stage.client()
    const name = `reconnect on ${stage.kind.name}`
    const connectString = `127.0.0.1:${proxy.port}`
    await using zk = await stage.client({ connectString, name })
    const path = stage.path()
    await other.create(path, null)
    await zk.getData(path, { watch: () => {} })
    using recorded = recordDiagnostics(name)
    proxy.setMode('silent')
    // Nothing comes through, so that it is lost with the connection.
    const lost = zk.create(`${path}/lost`, null)
    const failed = expect(lost).rejects.toMatchObject({ code: 'ZK_CONNECTION_LOSS' })
    await other.setData(path, 'x')
    proxy.setMode('forward')
    proxy.cut()
    await failed
    await waitFor('the client to come back', () => zk.state === 'connected')
    expect(summary(recorded.messages)).toEqual([
      `request:sent create ${path}/lost`,
      'connection:closed',
      `request:failed create ${path}/lost`,
      'state suspended',
      'connect:start',
      'connect:end',
      'request:sent setWatches',
      `watch:event ${path}`,
      'request:answered setWatches',
      'state connected',
    ])
    const { connections, requests, inFlight } = zk.stats()
    expect(connections).toMatchObject({ established: 2, reconnects: 1, closed: 1 })
    expect(requests.sent).toBe(requests.answered + requests.refused + requests.failed + inFlight)
  })

  it('logs what happens under NODE_DEBUG, and no secret', async () => {
    await buildExamples()
    const example = join(import.meta.dirname, '../examples/dist/acl.js')
    const env = {
      ...process.env,
      NODE_DEBUG: 'zookeeper',
      ZOOKEEPER: stage.server.connectString,
    }
    const { stderr } = await run(process.execPath, [example], { env, timeout: 20_000 })
    expect(stderr).toMatch(/zookeeper-1: connected to 127\.0\.0\.1:\d+, session 0x[0-9a-f]+/)
    expect(stderr).toMatch(
      /zookeeper-2: getData \/example-acl-\d+ \(number \d+\) answered: ZK_NO_AUTH/,
    )
    expect(stderr).toMatch(/zookeeper-2: auth \(number -4\) answered: ok/)
    expect(stderr).not.toMatch(/secret|public|v1/)
  })

  it('is not disturbed by a subscriber that throws', async () => {
    await buildExamples()
    const program = `
      import { subscribeDiagnostics, ZooKeeper } from '@zoogate/zookeeper'
      process.on('uncaughtException', (error) => console.log('uncaught', error.message))
      subscribeDiagnostics('zookeeper:request:sent', () => { throw new Error('mine') })
      const zk = new ZooKeeper('${stage.server.connectString}')
      await zk.connect({ timeoutMs: 10_000 })
      await zk.exists('/')
      console.log(zk.state, zk.stats().connections.closed)
      await zk.close()
    `
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      timeout: 20_000,
    })
    expect(stdout.split('\n')).toEqual(['uncaught mine', 'connected 0', 'uncaught mine', ''])
  })
})
