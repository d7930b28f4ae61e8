import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  isOneShotOnly,
  SET_WATCHES_MAX_BYTES,
  setWatchesChunks,
} from '../../src/session/set-watches-chunks.ts'

const none = { data: [], exist: [], children: [], persistent: [], persistentRecursive: [] }

it('keeps every watch once, of its kind, in chunks within the limit and of the same zxid', () => {
  const paths = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 30 })
  fc.assert(
    fc.property(
      fc.record({
        data: paths,
        exist: paths,
        children: paths,
        persistent: paths,
        persistentRecursive: paths,
      }),
      (watched) => {
        const chunks = setWatchesChunks(watched, 7n, 100)
        expect(chunks.flatMap((chunk) => chunk.dataWatches)).toEqual(watched.data)
        expect(chunks.flatMap((chunk) => chunk.existWatches)).toEqual(watched.exist)
        expect(chunks.flatMap((chunk) => chunk.childWatches)).toEqual(watched.children)
        expect(chunks.flatMap((chunk) => chunk.persistentWatches)).toEqual(watched.persistent)
        expect(chunks.flatMap((chunk) => chunk.persistentRecursiveWatches)).toEqual(
          watched.persistentRecursive,
        )
        for (const chunk of chunks) {
          expect(chunk.relativeZxid).toBe(7n)
          const all = Object.values(chunk).filter(Array.isArray).flat()
          expect(all.length).toBeGreaterThan(0)
          if (all.length > 1) expect(Buffer.byteLength(all.join(''))).toBeLessThanOrEqual(100)
        }
      },
    ),
  )
})

it('stays below 128 KiB, and needs nothing for no watches', () => {
  const data = Array.from({ length: 50_000 }, (_, i) => `/watched/znode-${i}`)
  const chunks = setWatchesChunks({ ...none, data }, 1n)
  const bytes = chunks.map((chunk) => Buffer.byteLength(chunk.dataWatches.join('')))
  expect(Math.max(...bytes)).toBeLessThanOrEqual(SET_WATCHES_MAX_BYTES)
  expect(Math.min(...bytes.slice(0, -1))).toBeGreaterThan(SET_WATCHES_MAX_BYTES - 100)
  expect(chunks.every(isOneShotOnly)).toBe(true)
  expect(setWatchesChunks(none, 1n)).toEqual([])
  expect(setWatchesChunks({ ...none, persistent: ['/a'] }, 1n).some(isOneShotOnly)).toBe(false)
})
