import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startTcpProxy } from '../../../test/support/tcp-proxy.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { OPEN_ACL_UNSAFE, type ZooKeeper } from '../src/index.ts'
import { onEachServer } from './support/on-each-server.ts'

/** Those of docs/operations.md that it says are tested on the server of this column. */
function testedOperations(column: 'apache' | 'embedded'): string[] {
  const text = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8')
  return text
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, , code = '']) => /^-?\d+$/.test(code))
    .filter((cells) => cells[column === 'apache' ? 5 : 6] === 'yes')
    .map(([, name = '']) => name)
}

/** Without a name of their own in the counters: a ping is no request, and a check is part of a multi. */
const countedElsewhere = ['ping', 'check']
/** Needs servers of another kind: integration/security has it. */
const elsewhere = ['sasl']

async function callAll(zk: ZooKeeper, path: string): Promise<void> {
  await zk.addAuth('digest', 'ann:secret')
  await zk.create(path, 'x')
  await zk.create2(`${path}/e`, null, { mode: 'ephemeral' })
  await zk.create(`${path}/c`, null, { mode: 'container' })
  await zk.create(`${path}/t`, null, { mode: 'persistentWithTTL', ttlMs: 60_000 })
  await zk.setData(path, 'y')
  await zk.setACL(path, OPEN_ACL_UNSAFE)
  await zk.transaction().check(path, 1).delete(`${path}/t`).commit()
  await zk.delete(`${path}/c`)
  await zk.sync(path)
  expect(await zk.exists(path)).toMatchObject({ version: 1, aversion: 1, numChildren: 1 })
  expect(await zk.getACL(path)).toMatchObject({ acl: OPEN_ACL_UNSAFE })
  expect(await zk.getChildren2(path)).toMatchObject({ children: ['e'] })
  expect(await zk.getAllChildrenNumber(path)).toBe(1)
  expect(await zk.getEphemerals(path)).toEqual([`${path}/e`])
  expect(await zk.whoAmI()).toContainEqual({ authScheme: 'digest', user: 'ann' })
  expect(await zk.multiRead([{ type: 'getData', path }])).toMatchObject([{ type: 'getData' }])
  expect(await zk.checkWatches(path)).toBe(false)
  await zk.getChildren(path, { watch: () => {} })
  await zk.removeWatches(path)
}

async function reconnect(zk: ZooKeeper, cut: () => void): Promise<void> {
  const { established } = zk.stats().connections
  cut()
  await waitFor(
    'the client to come back',
    () => zk.state === 'connected' && zk.stats().connections.established > established,
  )
}

onEachServer((stage) => {
  it('answers every operation that the documentation says is tested on it', async () => {
    await using proxy = await startTcpProxy({ port: stage.server.port })
    const zk = await stage.client({
      connectString: proxy.connectString,
      // A ping follows after a third of it.
      sessionTimeoutMs: 1_500,
    })
    const path = stage.path()
    await callAll(zk, path)
    await zk.getData(path, { watch: () => {} })
    await reconnect(zk, proxy.cut)
    await using _watch = await zk.addWatch(`${path}/x`, 'persistentRecursive')
    await reconnect(zk, proxy.cut)
    await waitFor('a ping', () => zk.stats().pings > 0)
    await zk.close()
    const { requestsByOperation } = zk.stats()
    const column = stage.kind.id === 'embedded' ? 'embedded' : 'apache'
    const tested = testedOperations(column).filter((name) => !countedElsewhere.includes(name))
    expect(tested.length).toBeGreaterThan(20)
    for (const name of tested.filter((one) => !elsewhere.includes(one))) {
      expect([name, requestsByOperation[name]?.answered]).toEqual([name, expect.any(Number)])
      expect(requestsByOperation[name]?.answered).toBeGreaterThan(0)
      expect(requestsByOperation[name]?.refused).toBe(0)
    }
  })
})
