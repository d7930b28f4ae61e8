import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Call } from '../../src/connection/call.ts'
import { AbortError } from '../../src/errors/client-errors.ts'
import { existsOperation } from '../../src/protocol/index.ts'
import { RequestQueue } from '../../src/session/request-queue.ts'

function callOf(path: string) {
  const call = new Call(
    existsOperation,
    { path, watch: false },
    { path, mutates: false },
    { convert: () => undefined },
  )
  call.promise.catch(() => {})
  return call
}

type Step = 'push' | 'shift' | 'giveUp' | 'drain'

it('gives, in order, what somebody still waits for, and never holds more than it may', () => {
  const step = fc.tuple(
    fc.constantFrom<Step>('push', 'push', 'push', 'giveUp', 'shift', 'drain'),
    fc.nat(20),
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(step), (maxRequests, steps) => {
      const queue = new RequestQueue({ maxRequests })
      let model: ReturnType<typeof callOf>[] = []
      for (const [index, [what, which]] of steps.entries()) {
        if (what === 'push') {
          const call = callOf(`/${index}`)
          const wanted = model.filter((one) => !one.settled)
          const isTaken = queue.push(call)
          expect(isTaken).toBe(wanted.length < maxRequests)
          if (isTaken) model.push(call)
        } else if (what === 'giveUp') {
          model.at(which % Math.max(1, model.length))?.fail(new AbortError('given up'))
        } else if (what === 'shift') {
          model = model.filter((one) => !one.settled)
          expect(queue.shift()).toBe(model.shift())
        } else {
          const drained = queue.drain().filter((one) => !one.settled)
          expect(drained).toEqual(model.filter((one) => !one.settled))
          model = []
        }
        expect(queue.length).toBeLessThanOrEqual(maxRequests)
      }
    }),
  )
})

it('lets go of calls that were given up long before it is full', () => {
  const queue = new RequestQueue({ maxRequests: 1_000_000 })
  for (let i = 0; i < 10_000; i++) {
    const call = callOf(`/${i}`)
    queue.push(call)
    call.fail(new AbortError('given up'))
  }
  expect(queue.length).toBeLessThanOrEqual(1_000)
})
