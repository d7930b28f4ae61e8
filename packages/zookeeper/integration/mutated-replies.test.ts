import { expect, it } from 'vitest'
import { seededRandom } from '../../../test/support/random.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { joinPath, type ZooKeeper, ZooKeeperError } from '../src/index.ts'
import { startMutatingProxy } from './support/mutating-proxy.ts'
import { onEachServer } from './support/on-each-server.ts'

const SEED = Number(process.env['ZOOGATE_SEED'] ?? '1')
const MUTATED_FRAMES = 30

onEachServer((stage) => {
  it(`outlives a server whose answers make no sense: every call ends, and then it works (seed ${SEED})`, async () => {
    const random = seededRandom(SEED)
    await using proxy = await startMutatingProxy({ port: stage.server.port, random, share: 0 })
    await using zk = await stage.client({
      connectString: proxy.connectString,
      sessionTimeoutMs: 1_000,
      reconnect: { minMs: 5, maxMs: 50 },
      maxReplyBytes: 1024 * 1024,
    })
    const root = stage.path()
    await zk.create(root, null)
    const calls = new Calls()
    const watch = await zk.addWatch(root, 'persistentRecursive')
    watch.onEvent(() => calls.events++)
    proxy.setShare(0.05)
    for (let round = 0; proxy.mutated < MUTATED_FRAMES; round++) {
      callEverything(zk, joinPath(root, String(round)), calls)
      await waitFor('some calls to end', () => calls.pending < 50, {
        timeoutMs: 60_000,
        everyMs: 1,
      })
    }
    proxy.setShare(0)
    await waitFor('every call to end', () => calls.pending === 0, { timeoutMs: 60_000 })
    const fresh = joinPath(root, 'fresh')
    await waitFor('the client to work again', async () => (await zk.create2(fresh, 'x')).path, {
      timeoutMs: 60_000,
    })
    expect((await zk.getData(fresh)).data).toEqual(Buffer.from('x'))
    expect(calls.strange).toEqual([])
    expect(calls.failed).toBeGreaterThan(0)
    console.log(`seed ${SEED}: ${JSON.stringify({ ...calls, mutated: proxy.mutated })}`)
  })
})

/** What became of the calls. */
class Calls {
  pending = 0
  answered = 0
  failed = 0
  events = 0
  /** Errors that are not this package's. */
  readonly strange: unknown[] = []

  add(call: Promise<unknown>): void {
    this.pending++
    call
      .then(
        () => this.answered++,
        (error) => {
          this.failed++
          if (!(error instanceof ZooKeeperError)) this.strange.push(error)
        },
      )
      .finally(() => this.pending--)
  }
}

function callEverything(zk: ZooKeeper, path: string, calls: Calls): void {
  calls.add(zk.create(path, 'data'))
  calls.add(zk.getData(path, { watch: () => {} }))
  calls.add(zk.exists(path, { watch: () => {} }))
  calls.add(zk.setData(path, 'other'))
  calls.add(zk.getChildren2('/', { watch: () => {} }))
  calls.add(zk.getACL(path))
  calls.add(
    zk.multi([
      { type: 'check', path, version: 1 },
      { type: 'delete', path },
    ]),
  )
  calls.add(zk.multiRead([{ type: 'getData', path: '/' }]))
}
