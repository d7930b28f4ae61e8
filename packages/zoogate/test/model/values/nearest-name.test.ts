import { expect, it } from 'vitest'
import { didYouMean, nearestName } from '../../../src/model/values/nearest-name.ts'

const known = ['port', 'address', 'protocol', 'name']

it.each([
  ['prot', 'port'],
  ['Port', 'port'],
  ['adress', 'address'],
  ['protocoll', 'protocol'],
])('%s was meant to be %s', (written, meant) => {
  expect(nearestName(written, known)).toBe(meant)
})

it.each(['', 'weight', 'zzzz', 'p'.repeat(1000)])('%j is near to none', (written) => {
  expect(nearestName(written, known)).toBeUndefined()
  expect(didYouMean(written, known)).toBe('')
})
