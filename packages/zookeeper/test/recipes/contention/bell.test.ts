import { expect, it } from 'vitest'
import { Bell } from '../../../src/recipes/contention/bell.ts'

it('does not miss what rings between asking and awaiting', async () => {
  const bell = new Bell()
  const rung = bell.next()
  bell.ring()
  bell.ring()
  await rung
  const order: string[] = []
  const again = bell.next().then(() => order.push('rung'))
  expect(bell.next()).toBe(bell.next())
  await Promise.resolve()
  order.push('ringing')
  bell.ring()
  await again
  expect(order).toEqual(['ringing', 'rung'])
})
