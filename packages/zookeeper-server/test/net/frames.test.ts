import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameQueue } from '../../src/net/frame-queue.ts'
import { Outbox } from '../../src/net/outbox.ts'

const frame = (payload: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(4 + payload.length)
  bytes.writeInt32BE(payload.length)
  bytes.set(payload, 4)
  return bytes
}

describe('FrameQueue', () => {
  it('gives every frame whole and once, however the stream is cut', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 })
    fc.assert(
      fc.property(payloads, fc.array(fc.nat({ max: 30 })), (values, cuts) => {
        const stream = Buffer.concat(values.map(frame))
        const queue = new FrameQueue(1_000)
        const got: string[] = []
        let from = 0
        const take = () => {
          for (let next = queue.next(); next !== undefined; next = queue.next()) {
            got.push(next.toString('hex'))
          }
        }
        for (const cut of cuts) {
          queue.push(stream.subarray(from, from + cut))
          from += cut
          if (cut % 2 === 0) take()
        }
        queue.push(stream.subarray(from))
        take()
        expect(got).toEqual(values.map((value) => Buffer.from(value).toString('hex')))
        expect(queue.bytes).toBe(0)
      }),
    )
  })

  it('refuses a length that is negative or over the limit before the bytes come', () => {
    const queue = new FrameQueue(10)
    queue.push(frame(Buffer.alloc(10)))
    expect(queue.next()?.length).toBe(10)
    queue.push(Buffer.from([0, 0, 0, 11]))
    expect(() => queue.next()).toThrow(expect.objectContaining({ code: 'ZK_FRAME_TOO_LONG' }))
    const negative = new FrameQueue(10)
    negative.push(Buffer.from([255, 255, 255, 255]))
    expect(() => negative.next()).toThrow(expect.objectContaining({ code: 'ZK_MALFORMED' }))
  })
})

describe('Outbox', () => {
  it('lets nothing go before its transaction is on disk, and everything in order', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 3 })), { maxLength: 40 })
    fc.assert(
      fc.property(steps, (moves) => {
        const outbox = new Outbox()
        let zxid = 0
        let durable = 0
        let written = 0
        let left = 0
        const waitsFor: number[] = []
        const release = () => {
          for (const chunk of outbox.release(BigInt(durable))) {
            for (let at = 0; at < chunk.length; at += 8) {
              const got = [chunk.readInt32BE(at), chunk.readInt32BE(at + 4)]
              const isDurable = (waitsFor[left] ?? Number.POSITIVE_INFINITY) <= durable
              if (got[0] !== 4 || got[1] !== left || !isDurable) {
                expect({ got, isDurable }).toEqual({ got: [4, left], isDurable: true })
              }
              left++
            }
          }
          const mayLeave = waitsFor.filter((wanted) => wanted <= durable).length
          if (left !== mayLeave) expect(left).toBe(mayLeave)
        }
        for (const [writes, syncs] of moves) {
          zxid += writes
          const n = written++
          waitsFor.push(zxid)
          outbox.write(BigInt(zxid), (writer) => writer.writeInt32(n))
          durable = Math.min(zxid, durable + syncs)
          release()
        }
        durable = zxid
        release()
        expect(left).toBe(written)
        expect(outbox.bytes).toBe(0)
      }),
    )
  })

  it('forgets a frame whose writing failed', () => {
    const outbox = new Outbox()
    outbox.write(1n, (writer) => writer.writeInt32(1))
    const fail = () =>
      outbox.write(1n, (writer) => {
        writer.writeInt32(2)
        throw new Error('no')
      })
    expect(fail).toThrow('no')
    expect(Buffer.concat(outbox.release(1n)).toString('hex')).toBe('0000000400000001')
  })
})
