import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forwardedRequestHeaders, plainAddress } from '../src/request-headers.ts'
import { forwardedResponseHeaders } from '../src/response-headers.ts'

const client = { host: 'shop.example.com', clientAddress: '10.0.0.9', scheme: 'http' } as const
const ours = [
  ...['x-forwarded-for', '10.0.0.9', 'x-forwarded-proto', 'http'],
  ...['x-forwarded-host', 'shop.example.com'],
  ...['forwarded', 'for=10.0.0.9;proto=http'],
]

describe('forwardedRequestHeaders', () => {
  it('passes the rest on, in order and with repetitions', () => {
    const rawHeaders = ['Host', 'shop.example.com', 'Cookie', 'a', 'X-A', '1', 'x-a', '2']
    expect(forwardedRequestHeaders({ ...client, rawHeaders })).toEqual([
      ...['host', 'shop.example.com', 'Cookie', 'a', 'X-A', '1', 'x-a', '2'],
      ...ours,
    ])
  })

  it.each([
    ['Connection', 'keep-alive'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Connection', 'keep-alive'],
    ['TE', 'trailers'],
    ['Trailer', 'x'],
    ['Transfer-Encoding', 'chunked'],
    ['Upgrade', 'h2c'],
    ['Expect', '100-continue'],
    ['Proxy-Authorization', 'Basic x'],
    ['X-Forwarded-For', '6.6.6.6'],
    ['X-FORWARDED-PROTO', 'https'],
    ['x-forwarded-host', 'evil'],
    ['x-forwarded-port', '1'],
    ['X-Real-IP', '6.6.6.6'],
    ['Forwarded', 'for=6.6.6.6'],
    ['X_Forwarded_For', '6.6.6.6'],
    ['x.y', '1'],
  ])('keeps %s: %s back', (name, value) => {
    expect(forwardedRequestHeaders({ ...client, rawHeaders: [name, value] })).toEqual([
      ...['host', 'shop.example.com'],
      ...ours,
    ])
  })

  it('keeps back what Connection names, but for framing and routing', () => {
    const rawHeaders = [
      ...['Connection', 'X-Own, close, Host', 'connection', ' content-length'],
      ...['x-own', '1', 'Content-Length', '5', 'x-other', '2'],
    ]
    expect(forwardedRequestHeaders({ ...client, rawHeaders })).toEqual([
      ...['host', 'shop.example.com', 'Content-Length', '5', 'x-other', '2'],
      ...ours,
    ])
  })

  it('writes an IPv6 client as RFC 7239 has it', () => {
    const headers = forwardedRequestHeaders({ ...client, clientAddress: '::1', rawHeaders: [] })
    expect(headers.at(-1)).toBe('for="[::1]";proto=http')
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1')
    expect(plainAddress('::1')).toBe('::1')
  })

  it('never lets a client say who it is, whatever it sends', () => {
    const name = fc.constantFrom('X-Forwarded-For', 'forwarded', 'x-a', 'Connection', 'HOST')
    const value = fc.constantFrom('6.6.6.6', 'x-forwarded-for', 'close', 'host')
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value)), (pairs) => {
        const headers = forwardedRequestHeaders({ ...client, rawHeaders: pairs.flat() })
        const valuesOf = (wanted: string) =>
          headers.filter((_, i) => i % 2 === 1 && headers[i - 1]?.toLowerCase() === wanted)
        expect(valuesOf('x-forwarded-for')).toEqual(['10.0.0.9'])
        expect(valuesOf('forwarded')).toHaveLength(1)
        expect(valuesOf('host')).toEqual(['shop.example.com'])
        expect(valuesOf('connection')).toEqual([])
      }),
    )
  })
})

describe('forwardedResponseHeaders', () => {
  it('keeps back what is of the connection and adds what is ours', () => {
    const rawHeaders = [
      ...['Content-Type', 'a', 'Connection', 'close, X-Secret', 'X-Secret', '1'],
      ...['Transfer-Encoding', 'chunked', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
    ]
    const kept = ['Content-Type', 'a', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']
    expect(forwardedResponseHeaders({ rawHeaders, connection: 'keep' })).toEqual(kept)
    expect(
      forwardedResponseHeaders({ rawHeaders, connection: 'close', sessionCookie: 'SID=a' }),
    ).toEqual([...kept, 'set-cookie', 'SID=a', 'connection', 'close'])
  })
})
