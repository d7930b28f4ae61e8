import { describe, expect, it } from 'vitest'
import { addressRules } from '../../../src/agent/address-rules.ts'
import { INSTANCES_MAX, Registrations } from '../../../src/agent/registry/registrations.ts'

const data = (change: object = {}) =>
  Buffer.from(JSON.stringify({ v: 1, address: '10.0.0.1', port: 80, ...change }))
const registrations = () => new Registrations('/services/shop', addressRules())

describe('registrations (F5)', () => {
  it('are taken, and told apart from what is none', () => {
    const all = registrations()
    all.set('a', data())
    all.set('b', data({ port: 99_999 }))
    all.set('c', data({ address: '169.254.169.254' }))
    expect([...all.valid.keys()]).toEqual(['a'])
    expect(all.refusals.map(({ path }) => path)).toEqual(['/services/shop/b', '/services/shop/c'])
    expect(all.invalid.get('c')).toBe('address 169.254.169.254 is a link-local address')
  })

  it('change their minds', () => {
    const all = registrations()
    all.set('a', data())
    all.set('a', Buffer.from('?'))
    expect(all.valid.size).toBe(0)
    expect(all.invalid.size).toBe(1)
    all.set('a', data())
    expect(all.valid.size).toBe(1)
    expect(all.invalid.size).toBe(0)
    all.delete('a')
    expect(all.valid.size).toBe(0)
  })

  it('are bounded, and those that are there stay', () => {
    const all = registrations()
    for (let index = 0; index < INSTANCES_MAX; index += 1) all.set(`i${index}`, data())
    all.set('late', data())
    all.set('i0', data({ weight: 7 }))
    expect(all.valid.size).toBe(INSTANCES_MAX)
    expect(all.invalid.get('late')).toContain('instances already')
    expect(all.valid.get('i0')?.weight).toBe(7)
  })
})
