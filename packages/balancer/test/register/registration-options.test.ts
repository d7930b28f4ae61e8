import { describe, expect, it } from 'vitest'
import { registrationOf } from '../../src/register/registration-options.ts'

const options = {
  zookeeper: '127.0.0.1:2181',
  service: 'shop',
  id: 'shop-1',
  address: '192.0.2.1',
  port: 80,
}

describe('registrationOf', () => {
  it('fills in the defaults', () => {
    expect(registrationOf(options)).toEqual({
      address: '192.0.2.1',
      port: 80,
      weight: 1,
      state: 'up',
      scheme: 'http',
      metadata: {},
    })
  })

  it.each([
    [{ service: 'Shop' }, 'service must be'],
    [{ service: 'a/b' }, 'service must be'],
    [{ id: '../evil' }, 'id must be'],
    [{ address: 'example.com' }, 'address must be'],
    [{ port: 0 }, 'port must be a whole number from 1 to 65535, not 0'],
    [{ weight: 257 }, 'weight must be a whole number from 0 to 256, not 257'],
    [{ zone: 'a b' }, 'zone must be'],
    [{ metadata: { 'a\nb': 'c' } }, 'metadata must be'],
  ])('refuses %j before anything is written', (wrong, message) => {
    expect(() => registrationOf({ ...options, ...wrong })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(message),
      }),
    )
  })
})
