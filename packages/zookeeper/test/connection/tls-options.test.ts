import { describe, expect, it } from 'vitest'
import { tlsConnectOptions } from '../../src/connection/tls-options.ts'

const endpoint = { host: '10.1.2.3', port: 2281 }

describe('the options of a connection over TLS', () => {
  it('ask for the name of the connect string, at an address that was found for it', () => {
    expect(tlsConnectOptions({ ...endpoint, serverName: 'zk1.example' }, {})).toEqual({
      host: '10.1.2.3',
      port: 2281,
      servername: 'zk1.example',
      minVersion: 'TLSv1.2',
    })
  })

  it('ask for no name where the connect string has an address', () => {
    for (const host of ['10.1.2.3', '::1']) {
      expect(tlsConnectOptions({ ...endpoint, host }, {})).not.toHaveProperty('servername')
    }
  })

  it('are those that were given, but for the address', () => {
    const given = { servername: 'zk.example', minVersion: 'TLSv1.3', ca: 'x' } as const
    const options = tlsConnectOptions(endpoint, { ...given, ...{ host: 'elsewhere', port: 1 } })
    expect(options).toEqual({ ...given, host: '10.1.2.3', port: 2281 })
  })
})
