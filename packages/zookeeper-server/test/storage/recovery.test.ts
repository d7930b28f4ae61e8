import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OPEN_ACL_UNSAFE } from '@zoogate/zookeeper/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { recover } from '../../src/storage/recovery.ts'
import type { Database } from '../../src/transactions/database.ts'
import { prepare } from '../../src/transactions/prepare.ts'
import type { TransactionBody } from '../../src/transactions/transaction.ts'
import { PERSISTENT } from '../../src/tree/lifetime.ts'
import { writeOperation } from '../arbitraries.ts'
import { openStorage, shapeOf } from './storage-folder.ts'

const create = (path: string, value: string): TransactionBody => ({
  type: 'changes',
  changes: [
    { type: 'create', path, data: Buffer.from(value), acl: OPEN_ACL_UNSAFE, lifetime: PERSISTENT },
  ],
})

/** A folder with five groups in its log, and the state after each transaction. */
async function writtenFolder(folder: string): Promise<{ states: unknown[]; log: string }> {
  const opened = await openStorage(folder)
  const states = [shapeOf(opened.database)]
  for (let n = 1; n <= 5; n++) {
    await opened.write(create(`/n${n}`, `value ${n}`))
    states.push(shapeOf(opened.database))
  }
  await opened.storage.close()
  return { states, log: join(folder, await logOf(folder)) }
}

async function logOf(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('log.'))
  return names.sort().at(-1) ?? ''
}

async function recoverOrCode(folder: string): Promise<Database | string> {
  try {
    return (await recover(folder)).database
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('recovery', () => {
  it('gives the state back that any random writes have left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(writeOperation, { maxLength: 40 }),
        fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
        async (operations, snapshotEveryTransactions) => {
          await using folder = await temporaryFolder()
          const opened = await openStorage(
            folder.path,
            snapshotEveryTransactions === undefined ? {} : { snapshotEveryTransactions },
          )
          opened.append({ type: 'createSession', sessionId: 7n, timeoutMs: 4_000 })
          for (const [index, operation] of operations.entries()) {
            const prepared = prepare(operation, opened.database.tree, {
              sessionId: 7n,
              identities: [],
            })
            if ('code' in prepared) opened.append({ type: 'refused', code: prepared.code })
            else if (prepared.change !== undefined) {
              opened.append({ type: 'changes', changes: [prepared.change] })
            }
            if (index % 7 === 0) await opened.settled()
          }
          const before = shapeOf(opened.database)
          await opened.storage.close()
          const again = await openStorage(folder.path)
          expect(shapeOf(again.database)).toEqual(before)
          expect(again.notes).toEqual([])
          await again.storage.close()
        },
      ),
      { numRuns: 40 },
    )
  })

  it('loses no whole record when the log is cut at any byte of the last three', async () => {
    await using folder = await temporaryFolder()
    const { states, log } = await writtenFolder(folder.path)
    const bytes = await readFile(log)
    const recordBytes = (bytes.length - 16) / 5
    for (let length = bytes.length; length >= bytes.length - 3 * recordBytes; length--) {
      await truncate(log, length)
      const whole = Math.floor((length - 16) / recordBytes)
      const { database, notes } = await recover(folder.path)
      expect(shapeOf(database)).toEqual(states[whole])
      expect(notes.length).toBe((length - 16) % recordBytes === 0 ? 0 : 1)
    }
  })

  it('never gives a wrong value for any byte of the last three records changed: it refuses', async () => {
    await using folder = await temporaryFolder()
    const { log } = await writtenFolder(folder.path)
    const bytes = await readFile(log)
    const recordBytes = (bytes.length - 16) / 5
    for (let at = bytes.length - 3 * recordBytes; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 0x10
      await writeFile(log, damaged)
      // All five were acknowledged, so no prefix would do.
      expect(await recoverOrCode(folder.path)).toBe('ZK_SERVER_LOG_CORRUPT')
    }
  })

  it('goes on behind a torn end as if it had never been', async () => {
    await using folder = await temporaryFolder()
    const { log } = await writtenFolder(folder.path)
    await truncate(log, (await readFile(log)).length - 3)
    const opened = await openStorage(folder.path)
    expect(opened.database.lastZxid).toBe(4n)
    await opened.write(create('/n5', 'another'))
    await opened.storage.close()
    const { database, notes } = await recover(folder.path)
    expect(database.tree.get('/n5')?.data?.toString()).toBe('another')
    expect(notes).toEqual([])
  })

  it('refuses a folder whose log or snapshot is missing', async () => {
    await using folder = await temporaryFolder()
    const opened = await openStorage(folder.path, { snapshotEveryTransactions: 3 })
    for (let n = 1; n <= 8; n++) await opened.write(create(`/n${n}`, 'x'))
    await opened.storage.close()
    const names = (await readdir(folder.path)).sort()
    const snapshots = names.filter((name) => name.startsWith('snapshot.'))
    const logs = names.filter((name) => name.startsWith('log.'))
    expect(snapshots.length).toBeGreaterThan(0)
    expect(logs.length).toBeGreaterThan(1)
    await using copy = await temporaryFolder()
    await cp(folder.path, copy.path, { recursive: true })
    for (const name of snapshots) await rm(join(copy.path, name))
    expect(await recoverOrCode(copy.path)).toMatchObject({ lastZxid: 8n })
    await rm(join(copy.path, logs[0] ?? ''))
    expect(await recoverOrCode(copy.path)).toBe('ZK_SERVER_LOG_CORRUPT')
  })

  it('falls back to the snapshot before a damaged one, and to the logs behind that', async () => {
    await using folder = await temporaryFolder()
    const opened = await openStorage(folder.path, { snapshotEveryTransactions: 3 })
    for (let n = 1; n <= 20; n++) await opened.write(create(`/n${n}`, `value ${n}`))
    const before = shapeOf(opened.database)
    await opened.storage.close()
    const names = (await readdir(folder.path)).sort()
    const snapshots = names.filter((name) => name.startsWith('snapshot.'))
    expect(snapshots.length).toBeGreaterThan(1)
    expect(snapshots.length).toBeLessThanOrEqual(3)
    const newest = join(folder.path, snapshots.at(-1) ?? '')
    const bytes = await readFile(newest)
    for (const at of [3, 40, Math.floor(bytes.length / 2), bytes.length - 2]) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      await writeFile(newest, damaged)
      const { database, notes } = await recover(folder.path)
      expect(shapeOf(database)).toEqual(before)
      expect(notes.join()).toContain('damaged')
    }
    await writeFile(newest, bytes.subarray(0, -30))
    expect(shapeOf((await recover(folder.path)).database)).toEqual(before)
  })

  it('keeps three snapshots and no log that none of them needs', async () => {
    await using folder = await temporaryFolder()
    const opened = await openStorage(folder.path, { snapshotEveryTransactions: 2 })
    for (let n = 1; n <= 40; n++) await opened.write(create(`/n${n}`, 'x'))
    await opened.storage.close()
    const names = await readdir(folder.path)
    expect(names.filter((name) => name.startsWith('snapshot.')).length).toBe(3)
    expect(names).not.toContain('log.0000000000000001')
    expect(names.filter((name) => name.endsWith('.unfinished'))).toEqual([])
    expect((await recover(folder.path)).database.lastZxid).toBe(40n)
  })
})
