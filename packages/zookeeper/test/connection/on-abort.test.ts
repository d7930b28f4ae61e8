import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { onAbort } from '../../src/connection/on-abort.ts'

it('tells all that wait, once, with one listener', () => {
  const controller = new AbortController()
  const told: number[] = []
  const ends = Array.from({ length: 100 }, (_, i) => onAbort(controller.signal, () => told.push(i)))
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
  for (const end of ends.slice(2)) end()
  controller.abort()
  controller.abort()
  expect(told).toEqual([0, 1])
})
