import { expect, it } from 'vitest'
import { parseNetwork } from '../../../src/model/values/network.ts'

it.each([
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['192.0.2.7', '192.0.2.7/32'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['FD00::/8', 'fd00::/8'],
  ['2001:db8:0:0::1', '2001:db8::1/128'],
  ['::/0', '::/0'],
  ['::ffff:10.0.0.7', '10.0.0.7/32'],
  ['::FFFF:a00:0/104', '10.0.0.0/8'],
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
  '::ffff:10.0.0.7/104',
  '::ffff:0.0.0.0/95',
  'shop',
  '',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined()
})
