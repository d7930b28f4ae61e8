import { OPEN_ACL_UNSAFE } from '@zoogate/zookeeper/protocol'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/support/folder.ts'
import { type DiskCalls, diskCalls } from '../../src/storage/log-file.ts'
import { recover } from '../../src/storage/recovery.ts'
import type { TransactionBody } from '../../src/transactions/transaction.ts'
import { PERSISTENT } from '../../src/tree/lifetime.ts'
import { openStorage } from './storage-folder.ts'

const create = (path: string): TransactionBody => ({
  type: 'changes',
  changes: [
    {
      type: 'create',
      path,
      data: Buffer.alloc(100, 1),
      acl: OPEN_ACL_UNSAFE,
      lifetime: PERSISTENT,
    },
  ],
})

/** The real disk, until it is told to be full: then it takes `bytes` more and no more. */
function fillingDisk(): DiskCalls & { leftBytes: number; syncFails: boolean } {
  const disk = {
    leftBytes: Number.POSITIVE_INFINITY,
    syncFails: false,
    write(descriptor: number, parts: readonly Buffer[]) {
      if (disk.leftBytes === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' })
      const [first = Buffer.alloc(0)] = parts
      const part = first.subarray(0, Math.min(first.length, disk.leftBytes))
      disk.leftBytes -= part.length
      return diskCalls.write(descriptor, [part])
    },
    async sync(descriptor: number) {
      if (disk.syncFails) throw Object.assign(new Error('input/output error'), { code: 'EIO' })
      await diskCalls.sync(descriptor)
    },
  }
  return disk
}

describe('a disk that refuses', () => {
  for (const [name, fail] of [
    ['is full at once', (disk: { leftBytes: number }) => Object.assign(disk, { leftBytes: 0 })],
    [
      'is full in a record',
      (disk: { leftBytes: number }) => Object.assign(disk, { leftBytes: 50 }),
    ],
    ['cannot sync', (disk: object) => Object.assign(disk, { syncFails: true })],
  ] as const) {
    it(`and ${name}: goes back to what was acknowledged, and goes on from there when it can`, async () => {
      await using folder = await temporaryFolder()
      const disk = fillingDisk()
      const opened = await openStorage(folder.path, { disk })
      await opened.write(create('/kept'))
      fail(disk)
      await opened.write(create('/lost'))
      expect(opened.failures).toMatchObject([{ code: 'ZK_SERVER_WRITE_FAILED' }])
      expect(opened.storage.durableZxid).toBe(1n)

      const database = await opened.storage.reload()
      expect(database.tree.get('/kept')).toBeDefined()
      expect(database.tree.get('/lost')).toBeUndefined()
      await expect(opened.storage.resume(database.lastZxid)).rejects.toMatchObject({
        code: 'ZK_SERVER_WRITE_FAILED',
      })

      Object.assign(disk, { leftBytes: Number.POSITIVE_INFINITY, syncFails: false })
      await opened.storage.resume(database.lastZxid)
      opened.storage.append({ zxid: 2n, timeMs: 1, body: create('/after') })
      await opened.storage.close()
      const again = await recover(folder.path)
      expect(again.database.lastZxid).toBe(2n)
      expect(again.database.tree.get('/after')).toBeDefined()
      expect(again.database.tree.get('/lost')).toBeUndefined()
      expect(again.notes).toEqual([])
    })
  }
})
