import { describe, expect, it } from 'vitest'
import type { RouteConfig } from '../src/config.ts'
import { pathMatches, RoutingTable } from '../src/routing-table.ts'

function route(id: string, more: Partial<RouteConfig> = {}): RouteConfig {
  return {
    id,
    listeners: ['http'],
    path: { type: 'PathPrefix', value: '/' },
    headers: [],
    backends: [],
    ...more,
  }
}

const request = { method: 'GET', host: 'shop.example.com', path: '/', rawHeaders: [] }

describe('RoutingTable', () => {
  it('gives the first route that matches', () => {
    const table = new RoutingTable([route('a', { method: 'POST' }), route('b'), route('c')])
    expect(table.match(request)?.id).toBe('b')
    expect(table.match({ ...request, method: 'POST' })?.id).toBe('a')
  })

  it.each([
    ['shop.example.com', 'shop.example.com', true],
    ['shop.example.com', 'SHOP.Example.COM:8080', true],
    ['shop.example.com', 'shop.example.com.', true],
    ['shop.example.com', 'x.shop.example.com', false],
    ['*.example.com', 'shop.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.example.com', 'badexample.com', false],
    [undefined, '[::1]:80', true],
    ['[::1]', '[::1]:80', true],
    [undefined, '', true],
  ])('matches the hostname %s to the host %s: %s', (hostname, host, matches) => {
    const table = new RoutingTable([route('a', hostname === undefined ? {} : { hostname })])
    // The second answer comes from memory.
    for (let i = 0; i < 2; i++) {
      expect(table.match({ ...request, host }) !== undefined).toBe(matches)
    }
  })

  it.each([
    ['Exact', '/a', '/a', true],
    ['Exact', '/a', '/a/', false],
    ['PathPrefix', '/app', '/app', true],
    ['PathPrefix', '/app', '/app/x', true],
    ['PathPrefix', '/app', '/apple', false],
    ['PathPrefix', '/', '/anything', true],
  ] as const)('%s %s on %s: %s', (type, value, path, matches) => {
    expect(pathMatches({ type, value }, path)).toBe(matches)
  })

  it.each([
    ['/admin', '/%61dmin', true],
    ['/admin', '/adm%69n/x', true],
    ['/%c3%a9', '/%C3%A9', true],
    ['/a%20b', '/a b', true],
    ['/admin', '/admi%256e', false],
    ['/a%ff', '/a%fe', false],
  ])('a prefix %s on the decoded %s: %s', (value, path, matches) => {
    const table = new RoutingTable([route('a', { path: { type: 'PathPrefix', value } })])
    expect(table.match({ ...request, path }) !== undefined).toBe(matches)
  })

  it('leaves the query out of the path', () => {
    const table = new RoutingTable([route('a', { path: { type: 'Exact', value: '/a' } })])
    expect(table.match({ ...request, path: '/a?b=/c' })?.id).toBe('a')
  })

  it('wants every header, exact, with values of repeated ones joined', () => {
    const headers = [
      { name: 'x-v', value: '2' },
      { name: 'accept', value: 'a, b' },
    ]
    const table = new RoutingTable([route('a', { headers })])
    const rawHeaders = ['X-V', '2', 'Accept', 'a', 'accept', 'b']
    expect(table.match({ ...request, rawHeaders })?.id).toBe('a')
    expect(table.match({ ...request, rawHeaders: rawHeaders.slice(2) })).toBeUndefined()
    expect(table.match({ ...request, rawHeaders: ['x-v', '2', 'accept', 'a'] })).toBeUndefined()
  })

  it('compares header values byte by byte, as Node.js gives them: a character for each', () => {
    const table = new RoutingTable([route('a', { headers: [{ name: 'x-v', value: 'é∃' }] })])
    const rawHeaders = ['X-V', Buffer.from('é∃').toString('latin1')]
    expect(table.match({ ...request, rawHeaders })?.id).toBe('a')
  })

  it('bounds what it remembers of hostnames', () => {
    const table = new RoutingTable([route('a', { hostname: 'last' })])
    for (let i = 0; i < 3_000; i++) table.match({ ...request, host: `h${i}` })
    expect(table.match({ ...request, host: 'last' })?.id).toBe('a')
  })
})
