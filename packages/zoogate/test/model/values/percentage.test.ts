import { expect, it } from 'vitest'
import { parsePercentage } from '../../../src/model/values/percentage.ts'

it.each([
  ['0%', 0],
  ['50%', 0.5],
  ['12.5%', 0.125],
  ['100%', 1],
])('%s is a share of %d', (text, fraction) => {
  expect(parsePercentage(text)).toBe(fraction)
})

it.each(['101%', '100.1%', '50', '-1%', '%', '1.%', 'NaN%', '5 %'])('%j is none', (text) => {
  expect(parsePercentage(text)).toBeUndefined()
})
