import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type VirtualServer, virtualServers } from '../../../../src/engines/nginx/render/routing.ts'
import {
  firstMatch,
  type RequestHead,
  requestHeads,
  routeTables,
} from '../../support/reference-matcher.ts'
import { routeOf } from '../../support/views.ts'

describe('virtualServers', () => {
  test('gives a host the routes of less specific hosts too, in the order of the view', () => {
    const routes = [
      routeOf('exact', { id: '1', hostname: 'a.shop.test', path: prefix('/only') }),
      routeOf('wild', { id: '2', hostname: '*.shop.test', path: prefix('/api') }),
      routeOf('any', { id: '3', path: prefix('/') }),
    ]
    expect(virtualServers(routes).map(summary)).toEqual([
      {
        hostname: '*.shop.test',
        locations: { '/': ['3'], '= /api': ['2'], '/api/': ['2'] },
      },
      {
        hostname: 'a.shop.test',
        locations: {
          '/': ['3'],
          '= /api': ['2'],
          '/api/': ['2'],
          '= /only': ['1'],
          '/only/': ['1'],
        },
      },
      { hostname: undefined, locations: { '/': ['3'] } },
    ])
  })

  test('an earlier route on a shorter path wins over a later one on a longer path', () => {
    const routes = [
      routeOf('first', { id: '1', path: prefix('/a') }),
      routeOf('second', { id: '2', path: prefix('/a/b') }),
    ]
    expect(virtualServers(routes).map(summary)[0]?.locations).toEqual({
      '= /a': ['1'],
      '/a/': ['1'],
      '= /a/b': ['1'],
      '/a/b/': ['1'],
    })
  })

  test('a route that asks for more leaves what it does not take to the next', () => {
    const routes = [
      routeOf('posts', { id: '1', method: 'POST', path: prefix('/a') }),
      routeOf('rest', { id: '2', path: prefix('/') }),
      routeOf('never', { id: '3', path: prefix('/') }),
    ]
    expect(virtualServers(routes).map(summary)[0]?.locations).toEqual({
      '/': ['2'],
      '= /a': ['1', '2'],
      '/a/': ['1', '2'],
    })
  })

  test('compares decoded paths', () => {
    const routes = [routeOf('x', { id: '1', path: { type: 'Exact', value: '/%61%20b' } })]
    expect(virtualServers(routes).map(summary)[0]?.locations).toEqual({ '= /a b': ['1'] })
  })

  test('is the first match of the list, for any list', () => {
    fc.assert(
      fc.property(routeTables, fc.array(requestHeads, { minLength: 20 }), (routes, heads) => {
        const servers = virtualServers(routes)
        for (const head of heads) {
          const [chosen, first] = [asNginxChooses(servers, head), firstMatch(routes, head)]
          if (chosen?.id !== first?.id) expect(chosen?.id).toBe(first?.id)
        }
      }),
      { numRuns: 300 },
    )
  })
})

function prefix(value: string) {
  return { type: 'PathPrefix' as const, value }
}

function summary({ hostname, locations }: VirtualServer) {
  const byPath = locations.map(({ type, path, candidates }) => [
    type === 'exact' ? `= ${path}` : path,
    candidates.map(({ id }) => id),
  ])
  return { hostname, locations: Object.fromEntries(byPath) }
}

/** nginx's manual, "server_name" and "location": the most specific name, then the longest path. */
function asNginxChooses(servers: readonly VirtualServer[], head: RequestHead) {
  const named = servers.filter(({ hostname }) => hostname !== undefined)
  const wildcards = named
    .filter(({ hostname }) => hostname?.startsWith('*.') && head.host.endsWith(hostname.slice(1)))
    .sort((a, b) => (b.hostname?.length ?? 0) - (a.hostname?.length ?? 0))
  const server =
    named.find(({ hostname }) => hostname === head.host) ?? wildcards[0] ?? servers.at(-1)
  const exact = server?.locations.find(({ type, path }) => type === 'exact' && path === head.path)
  const longest = server?.locations
    .filter(({ type, path }) => type === 'prefix' && head.path.startsWith(path))
    .sort((a, b) => b.path.length - a.path.length)[0]
  return (exact ?? longest)?.candidates.find((route) => firstMatch([route], head) !== undefined)
}
