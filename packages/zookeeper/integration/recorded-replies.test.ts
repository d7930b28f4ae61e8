import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { waitFor } from '../../../test/support/wait-for.ts'
import { OPEN_ACL_UNSAFE, type ZooKeeper } from '../src/index.ts'
import { type FrameRecorder, startFrameRecorder } from './support/frame-recorder.ts'
import { onEachServer } from './support/on-each-server.ts'

/** What the fuzz of the decoder begins with. `ZOOGATE_RECORD=1` in the environment writes it anew. */
const FILE = new URL('../test/protocol/recorded-replies.json', import.meta.url)
const PER_KIND = 3

type Recorded = Record<string, Record<string, string[]>>

onEachServer((stage) => {
  it('answers with every kind of frame that the fuzz of the decoder begins with', async () => {
    await using recorder = await startFrameRecorder(stage.server)
    const zk = await stage.client({
      connectString: recorder.connectString,
      sessionTimeoutMs: 1_000,
    })
    await tour(zk, stage.path(), recorder)
    await zk.close()
    const recorded = JSON.parse(readFileSync(FILE, 'utf8')) as Recorded
    if (process.env['ZOOGATE_RECORD'] === '1') {
      recorded[stage.kind.name] = sampleOf(recorder)
      writeFileSync(FILE, `${JSON.stringify(recorded, null, 1)}\n`)
    }
    const kinds = Object.keys(recorded[stage.kind.name] ?? {}).sort()
    expect(kinds).toEqual([...recorder.frames.keys()].sort())
  })
})

/** A few frames of each kind, of different lengths where there are some. */
function sampleOf({ frames }: FrameRecorder): Record<string, string[]> {
  return Object.fromEntries(
    [...frames].sort().map(([kind, all]) => {
      const byLength = new Map(all.map((frame) => [frame.length, frame]))
      return [kind, [...byLength.values()].slice(0, PER_KIND).map((one) => one.toString('hex'))]
    }),
  )
}

/** Has every operation answered, with and without something in the answer. */
async function tour(zk: ZooKeeper, root: string, recorder: FrameRecorder): Promise<void> {
  const refused = () => undefined
  await zk.create(root, 'some data')
  await zk.create2(`${root}/a`, null)
  await zk.create2(`${root}/a/b`, 'x', { mode: 'ephemeralSequential' })
  await zk.create(`${root}/c`, '', { mode: 'container' })
  await zk.create(`${root}/t`, 'x', { mode: 'persistentWithTTL', ttlMs: 3_600_000 })
  await zk.getData(root)
  await zk.getData(`${root}/a`, { watch: () => {} })
  await zk.getData(`${root}/absent`).catch(refused)
  await zk.exists(`${root}/absent`, { watch: () => {} })
  await zk.exists(root)
  await zk.setData(`${root}/a`, 'other')
  await zk.getChildren(root, { watch: () => {} })
  await zk.getChildren(`${root}/c`)
  await zk.getChildren2(root)
  await zk.getACL(root)
  await zk.setACL(root, OPEN_ACL_UNSAFE)
  await zk.sync(root)
  await zk.getEphemerals(root)
  await zk.getAllChildrenNumber(root)
  await zk.whoAmI()
  await zk.addAuth('digest', 'user:password')
  await zk.multi([
    { type: 'check', path: root, version: 0 },
    { type: 'create', path: `${root}/m`, data: 'x' },
    { type: 'setData', path: `${root}/m`, data: 'y' },
    { type: 'delete', path: `${root}/m` },
  ])
  await zk.multi([{ type: 'delete', path: `${root}/absent` }]).catch(refused)
  await zk.multiRead([
    { type: 'getData', path: root },
    { type: 'getChildren', path: root },
    { type: 'getData', path: `${root}/absent` },
  ])
  await zk.getData(root, { watch: () => {} })
  await reconnect(zk, recorder)
  await zk.addWatch(root, 'persistentRecursive')
  await reconnect(zk, recorder)
  await zk.setData(`${root}/a`, 'yet another')
  await zk.removeWatches(root)
  await zk.delete(`${root}/t`)
  await waitFor('a ping to be answered', () => recorder.frames.has('ping'))
}

async function reconnect(zk: ZooKeeper, recorder: FrameRecorder): Promise<void> {
  const again = new Promise<void>((resolve) => {
    const unsubscribe = zk.onStateChange((state) => {
      if (state !== 'connected') return
      unsubscribe()
      resolve()
    })
  })
  recorder.cut()
  await again
}
