import { describe, expect, it } from 'vitest'
import { addressRules } from '../../src/agent/address-rules.ts'

describe('where instances may be, by default', () => {
  const rules = addressRules()

  it.each(['10.0.0.1', '192.168.1.1', '203.0.113.7', '2001:470::1', 'fd00::1'])('%s', (address) => {
    expect(rules(address)).toBeUndefined()
  })

  it.each([
    '127.0.0.1',
    '127.8.8.8',
    '::1',
    '0.0.0.0',
    '::',
    '169.254.169.254',
    'fe80::1',
    '224.0.0.1',
    'ff02::1',
    '255.255.255.255',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    'localhost',
    '',
  ])('not %s', (address) => {
    expect(rules(address)).toBeTypeOf('string')
  })
})

describe('where the host says', () => {
  it('is there and nowhere else', () => {
    const rules = addressRules(['127.0.0.0/8', '10.0.0.7', 'fd00::/8'])
    expect(rules('127.0.0.9')).toBeUndefined()
    expect(rules('::ffff:127.0.0.9')).toBeUndefined()
    expect(rules('10.0.0.7')).toBeUndefined()
    expect(rules('fd12::1')).toBeUndefined()
    expect(rules('10.0.0.8')).toContain('allowAddresses')
    expect(rules('2001:470::1')).toContain('allowAddresses')
  })
})
