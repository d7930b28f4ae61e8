import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeliveryOrder } from '../../src/connection/delivery-order.ts'

const ticks = () => new Promise((resolve) => setImmediate(resolve))

/** Hands over a chunk of replies (r) and events (e), each of which the caller notes when it hears of it. */
async function play(chunks: readonly string[]): Promise<string[]> {
  const order = new DeliveryOrder()
  const heard: string[] = []
  let number = 0
  for (const chunk of chunks) {
    for (const kind of chunk) {
      const name = `${kind}${number++}`
      if (kind === 'e') {
        order.event(() => heard.push(name))
        continue
      }
      let resolve = () => {}
      const promise = new Promise<void>((settle) => {
        resolve = settle
      })
      // Three awaits deep, as a helper around a helper would be.
      void (async () => {
        await (async () => {
          await (async () => {
            await promise
          })()
        })()
        heard.push(name)
      })()
      order.reply({ settle: () => resolve() })
    }
    order.endOfChunk()
    await new Promise<void>((resolve) => queueMicrotask(resolve))
  }
  await ticks()
  return heard
}

describe('DeliveryOrder', () => {
  it('lets callers hear of replies and events in the order of the socket', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('r', 'e'), maxLength: 12 }),
        async (chunk) => {
          const heard = await play([chunk])
          expect(heard.join()).toBe([...chunk].map((kind, i) => `${kind}${i}`).join())
        },
      ),
    )
  })

  it('delivers all that waits when the connection ends', () => {
    const order = new DeliveryOrder()
    const heard: string[] = []
    order.reply({ settle: () => heard.push('reply') })
    order.event(() => heard.push('event'))
    order.reply({ settle: () => heard.push('second') })
    expect(heard).toEqual(['reply'])
    order.flush()
    expect(heard).toEqual(['reply', 'event', 'second'])
  })
})
