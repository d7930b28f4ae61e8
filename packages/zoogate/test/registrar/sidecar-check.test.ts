import { describe, expect, it } from 'vitest'
import { parseProbe } from '../../src/registrar/sidecar-check.ts'

describe('parseProbe', () => {
  it.each([
    ['tcp', { type: 'tcp' }],
    ['http:/healthz', { type: 'http', path: '/healthz', statusFrom: 200, statusTo: 399 }],
    ['http:/a?b=c:d', { type: 'http', path: '/a?b=c:d', statusFrom: 200, statusTo: 399 }],
    ['http:204:/x', { type: 'http', path: '/x', statusFrom: 204, statusTo: 204 }],
    ['http:200-299:/x', { type: 'http', path: '/x', statusFrom: 200, statusTo: 299 }],
    ['exec:test -f /tmp/ok', { type: 'exec', command: 'test -f /tmp/ok' }],
  ])('reads %s', (text, probe) => {
    expect(parseProbe(text)).toEqual(probe)
  })

  it.each([
    '',
    'TCP',
    'http',
    'http:',
    'http:healthz',
    'http://host/x y',
    'http:/a b',
    'http:/a\r\nhost: evil',
    'http:299-200:/x',
    'http:20:/x',
    'http:099:/x',
    'http:200-600:/x',
    'exec:',
    'https:/x',
  ])('refuses %j', (text) => {
    expect(parseProbe(text)).toBeUndefined()
  })
})
