import { describe, expect, it } from 'vitest'
import { parseConnectString } from '../../src/session/connect-string.ts'

describe('parseConnectString', () => {
  it('reads hosts, ports, IPv6 and a chroot', () => {
    expect(parseConnectString('a:1, b ,[::1]:3,[fe80::1]/x/y')).toEqual({
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 2181 },
        { host: '::1', port: 3 },
        { host: 'fe80::1', port: 2181 },
      ],
      chroot: '/x/y',
    })
    expect(parseConnectString('a/').chroot).toBe('')
  })

  it.each(['', ',', '/x', 'a:0', 'a:65536', 'a:b', '::1', 'a:1/x/', 'a:1//', '[::1'])(
    'refuses %j',
    (text) => {
      expect(() => parseConnectString(text)).toThrow(
        expect.objectContaining({ code: 'ZK_INVALID_OPTION' }),
      )
    },
  )
})
