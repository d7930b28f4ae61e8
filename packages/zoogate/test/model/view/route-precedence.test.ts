import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareRoutes, type RoutePrecedence } from '../../../src/model/view/route-precedence.ts'

const route: fc.Arbitrary<RoutePrecedence> = fc
  .record({
    hostname: fc.constantFrom(undefined, 'a.b.com', 'b.com', '*.b.com', '*.com', '*.a.b.com'),
    path: fc.record({
      type: fc.constantFrom('Exact' as const, 'PathPrefix' as const),
      value: fc.constantFrom('/', '/a', '/a/b', '/b'),
    }),
    method: fc.constantFrom(undefined, 'GET', 'POST'),
    headers: fc.array(fc.constant({ name: 'x', value: '1' }), { maxLength: 2 }),
  })
  .map(({ hostname, method, ...rest }) => ({
    ...rest,
    ...(hostname === undefined ? {} : { hostname }),
    ...(method === undefined ? {} : { method }),
  }))

const plain: RoutePrecedence = { path: { type: 'PathPrefix', value: '/' }, headers: [] }
const exact = (value: string) => ({ type: 'Exact' as const, value })
const prefix = (value: string) => ({ type: 'PathPrefix' as const, value })

describe('compareRoutes', () => {
  it.each<[string, RoutePrecedence, RoutePrecedence]>([
    [
      'an exact host before a longer wildcard',
      { ...plain, hostname: 'b.com' },
      { ...plain, hostname: '*.very.long.b.com', path: exact('/a') },
    ],
    [
      'a longer wildcard before a shorter one',
      { ...plain, hostname: '*.b.com' },
      { ...plain, hostname: '*.com', path: exact('/a') },
    ],
    ['any host last', { ...plain, hostname: '*.com' }, { ...plain, path: exact('/a') }],
    [
      'an exact path before a longer prefix',
      { ...plain, path: exact('/a') },
      { ...plain, path: prefix('/a/b/c'), method: 'GET' },
    ],
    [
      'a longer prefix before a shorter one with a method',
      { ...plain, path: prefix('/ab') },
      { ...plain, path: prefix('/a'), method: 'GET' },
    ],
    [
      'a method before headers',
      { ...plain, method: 'GET' },
      { ...plain, headers: [{ name: 'x', value: '1' }] },
    ],
    ['headers before none', { ...plain, headers: [{ name: 'x', value: '1' }] }, plain],
  ])('puts %s', (_, first, second) => {
    expect(compareRoutes(first, second)).toBeLessThan(0)
    expect(compareRoutes(second, first)).toBeGreaterThan(0)
  })

  it('is an order: of two routes one comes first, and it does not run in circles', () => {
    fc.assert(
      fc.property(route, route, route, (a, b, c) => {
        expect(Math.sign(compareRoutes(a, b)) + Math.sign(compareRoutes(b, a))).toBe(0)
        if (compareRoutes(a, b) <= 0 && compareRoutes(b, c) <= 0) {
          expect(compareRoutes(a, c)).toBeLessThanOrEqual(0)
        }
      }),
    )
  })

  it('sorts the same routes alike however they come', () => {
    const key = (routes: readonly RoutePrecedence[]) => [...routes].sort(compareRoutes)
    fc.assert(
      fc.property(fc.array(route), (routes) => {
        const there = key(routes)
        const back = key([...routes].reverse())
        for (const [index, one] of there.entries()) {
          const other = back[index]
          expect(other !== undefined && compareRoutes(one, other) === 0).toBe(true)
        }
      }),
    )
  })
})
