import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ZooKeeper } from '@zoogate/zookeeper'
import { describe, expect, it } from 'vitest'
import { startApacheZooKeeper } from '../../test/support/apache-zookeeper.ts'
import { startTcpProxy } from '../../test/support/tcp-proxy.ts'
import { quantile, recordResult } from '../lib/results.ts'

const run = promisify(execFile)
const ROUNDS = Number(process.env['ZOOGATE_RUNS'] ?? '5')
const RESULTS = new URL('./results.jsonl', import.meta.url).pathname
const MEMORY = new URL('./clients/tree-cache-memory.mjs', import.meta.url).pathname
const WATCHED = 10_000
const CACHED = 100_000
const BYTES = 128
/** Creates of one multi: far below the server's frame limit. */
const BATCH = 500

async function grow(zookeeper: ZooKeeper, root: string, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => `${root}/${index}`)
  await zookeeper.create(root, null)
  const data = Buffer.alloc(BYTES, 'x')
  for (let start = 0; start < count; start += BATCH) {
    const batch = paths.slice(start, start + BATCH)
    await zookeeper.multi(batch.map((path) => ({ type: 'create', path, data })))
  }
  return paths
}

describe('the client', () => {
  it(`arms ${WATCHED} watches again after a reconnect`, async () => {
    await using server = await startApacheZooKeeper()
    await using proxy = await startTcpProxy({ port: server.port })
    await using zookeeper = new ZooKeeper(`127.0.0.1:${proxy.port}`, { sessionTimeoutMs: 10_000 })
    await zookeeper.connect()
    const paths = await grow(zookeeper, '/watched', WATCHED)
    let told = 0
    const watch = () => told++
    await Promise.all(paths.map((path) => zookeeper.getData(path, { watch })))
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const back = new Promise<number>((resolve) => {
        let lostMs = 0
        const unlisten = zookeeper.onStateChange((state) => {
          if (state === 'suspended') lostMs = performance.now()
          if (state !== 'connected') return
          unlisten()
          resolve(performance.now() - lostMs)
        })
      })
      proxy.cut()
      times.push(await back)
    }
    // They are armed indeed.
    await zookeeper.multi(
      paths.slice(0, BATCH).map((path) => ({ type: 'setData', path, data: null })),
    )
    await zookeeper.sync('/')
    expect(told).toBe(BATCH)
    recordResult(RESULTS, {
      bench: 'rearm',
      watches: WATCHED,
      rounds: ROUNDS,
      p50Ms: Math.round(quantile(times, 0.5)),
      maxMs: Math.round(Math.max(...times)),
    })
  }, 300_000)

  it(`keeps ${CACHED} znodes in a TreeCache`, async () => {
    await using server = await startApacheZooKeeper()
    await using zookeeper = new ZooKeeper(server.connectString)
    await zookeeper.connect()
    await grow(zookeeper, '/cached', CACHED)
    const beyond: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const { stdout } = await run(process.execPath, [
        ...['--expose-gc', MEMORY, server.connectString, '/cached'],
      ])
      const { nodes, bytes, dataBytes } = JSON.parse(stdout)
      expect(nodes).toBe(CACHED + 1)
      beyond.push((bytes - dataBytes) / 2 ** 20)
    }
    recordResult(RESULTS, {
      bench: 'tree-cache-memory',
      znodes: CACHED,
      dataBytesEach: BYTES,
      rounds: ROUNDS,
      beyondDataMiB: {
        p50: Math.round(quantile(beyond, 0.5)),
        max: Math.round(Math.max(...beyond)),
      },
    })
  }, 300_000)
})
