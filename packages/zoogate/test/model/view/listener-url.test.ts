import { expect, it } from 'vitest'
import { listenerUrl } from '../../../src/model/view/listener-url.ts'

it.each([
  [{ address: '*', port: 80, protocol: 'HTTP' }, 'http://10.0.0.7:80'],
  [{ address: '0.0.0.0', port: 443, protocol: 'HTTPS' }, 'https://10.0.0.7:443'],
  [{ address: '127.0.0.1', port: 2180, protocol: 'TCP' }, 'tcp://127.0.0.1:2180'],
  [{ address: '::1', port: 2181, protocol: 'TLS' }, 'tls://[::1]:2181'],
] as const)('%j is reached at %s', (listener, url) => {
  expect(listenerUrl(listener, '10.0.0.7')).toBe(url)
})
