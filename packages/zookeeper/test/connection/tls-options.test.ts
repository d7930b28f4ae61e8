import type { PeerCertificate } from 'node:tls'
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
      expect(tlsConnectOptions({ ...endpoint, host }, {}).servername).toBeUndefined()
    }
  })

  it('want a certificate for the address that was given, wherever it is found', () => {
    const { checkServerIdentity } = tlsConnectOptions(endpoint, { servername: '10.9.9.9' })
    const certificate = (address: string) => ({
      ...({} as PeerCertificate),
      subject: { CN: 'zk' },
      subjectaltname: `IP Address:${address}`,
    })
    expect(checkServerIdentity?.('10.1.2.3', certificate('10.9.9.9'))).toBeUndefined()
    expect(checkServerIdentity?.('10.1.2.3', certificate('10.1.2.3'))).toBeInstanceOf(Error)
  })

  it('are those that were given, but for the address', () => {
    const given = { servername: 'zk.example', minVersion: 'TLSv1.3', ca: 'x' } as const
    const options = tlsConnectOptions(endpoint, { ...given, ...{ host: 'elsewhere', port: 1 } })
    expect(options).toEqual({ ...given, host: '10.1.2.3', port: 2281 })
  })

  it('take undefined for nothing said', () => {
    const options = { servername: undefined, minVersion: undefined }
    expect(tlsConnectOptions({ ...endpoint, serverName: 'zk1.example' }, options)).toMatchObject({
      servername: 'zk1.example',
      minVersion: 'TLSv1.2',
    })
  })
})
