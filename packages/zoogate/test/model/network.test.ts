import { expect, it } from 'vitest'
import { parseNetwork } from '../../src/model/network.ts'

it.each([
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['192.0.2.7', '192.0.2.7/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['FD00::/8', 'fd00::/8'],
  ['2001:db8:0:0::1', '2001:db8::1/128'],
  ['::/0', '::/0'],
])('%s is %s', (text, network) => {
  expect(parseNetwork(text)).toBe(network)
})

it.each([
  '10.0.0.1/8',
  '10.0.0.0/33',
  'fd00::1/8',
  '::/129',
  '10.0.0',
  '010.0.0.0/8',
  '10.0.0.0/',
  '/8',
  'fe80::1%eth0',
  'shop',
  '',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined()
})
