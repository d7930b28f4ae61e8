import { expect, it } from 'vitest'
import { ChangeCounter } from '../../src/recipes/change-counter.ts'

it('wakes all who wait for a change, and nobody waits for one that has come', async () => {
  const changes = new ChangeCounter()
  const { signal } = new AbortController()
  const woken: string[] = []
  const waits = ['a', 'b'].map(async (name) => {
    await changes.beyond(0, signal)
    woken.push(name)
  })
  await Promise.resolve()
  expect(woken).toEqual([])
  changes.note()
  await Promise.all(waits)
  expect(woken).toEqual(['a', 'b'])
  await changes.beyond(0, signal)
})

it('ends a wait that is aborted', async () => {
  const changes = new ChangeCounter()
  const controller = new AbortController()
  const wait = changes.beyond(0, controller.signal)
  controller.abort()
  await expect(wait).rejects.toMatchObject({ code: 'ZK_ABORTED' })
  await expect(changes.beyond(0, controller.signal)).rejects.toMatchObject({ code: 'ZK_ABORTED' })
})
