import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pathChunks } from '../../src/client/path-chunks.ts'

it('keeps order and limits, but for a path that is over a limit alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 30 })),
      fc.integer({ min: 1, max: 5 }),
      (paths, maxPaths) => {
        const chunks = pathChunks(paths, {
          maxRequestBytes: 40,
          maxPaths,
          reply: { maxBytes: 50, bytesOf: (path) => path.length * 2 },
        })
        expect(chunks.flat()).toEqual(paths)
        for (const chunk of chunks) {
          expect(chunk.length).toBeGreaterThan(0)
          expect(chunk.length).toBeLessThanOrEqual(maxPaths)
          if (chunk.length === 1) continue
          expect(Buffer.byteLength(chunk.join(''))).toBeLessThanOrEqual(40)
          expect(chunk.join('').length * 2).toBeLessThanOrEqual(50)
        }
      },
    ),
  )
})
