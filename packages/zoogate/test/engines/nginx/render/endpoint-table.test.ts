import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  endpointTable,
  parsePage,
  parseTable,
  tablePages,
} from '../../../../src/engines/nginx/render/endpoint-table.ts'
import { endpointOf, serviceOf, viewOf } from '../../support/views.ts'

/** What nginx makes of the variables in a page. */
function answered(pages: readonly string[], variables: ReadonlyMap<string, string>) {
  return pages.map((page) => page.replace(/\$[a-z0-9_]+/g, (name) => variables.get(name) ?? '?'))
}

const endpoints = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65_535 }),
    weight: fc.integer({ min: 0, max: 256 }),
    state: fc.constantFrom('up' as const, 'draining' as const, 'down' as const),
  }),
  { selector: ({ id }) => id, maxLength: 200 },
)

test('the control socket’s pages give back the endpoints of every service', () => {
  const services = fc.uniqueArray(
    fc.record({ name: fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?$/), endpoints }),
    { selector: ({ name }) => name, maxLength: 8 },
  )
  fc.assert(
    fc.property(services, (meant) => {
      const pools = meant.map(({ name, endpoints }) => serviceOf(name, endpoints))
      const parts = pools.flatMap(endpointTable)
      const variables = new Map(parts.map(({ variable, text }) => [variable, text]))
      expect(variables.size).toBe(parts.length)
      const pages = answered(tablePages(viewOf({ services: pools }), '7'), variables).map(parsePage)
      expect(pages.every((page) => page?.generation === '7' && page.pages === pages.length)).toBe(
        true,
      )
      const table = parseTable(pages.map((page) => page?.rows).join(''))
      expect([...table]).toEqual(
        meant.map(({ name, endpoints }) => [
          name,
          endpoints.map((endpoint) => ({ ...endpoint, health: 'unknown' })),
        ]),
      )
    }),
    { numRuns: 50 },
  )
})

test('no word of the table is longer than nginx reads', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => endpointOf(`e${index}`, 80))
  const pools = Array.from({ length: 40 }, (_, index) => serviceOf(`service-${index}`, many))
  const pages = tablePages(viewOf({ services: pools }), '1')
  const words = [
    ...pages,
    ...pools
      .slice(0, 1)
      .flatMap(endpointTable)
      .map(({ text }) => text),
  ]
  expect(pages.length).toBeGreaterThan(1)
  expect(Math.max(...words.map((word) => Buffer.byteLength(word)))).toBeLessThan(4_000)
})

test('there is a page even where there is no service', () => {
  expect(tablePages(viewOf({ routes: [], services: [] }), '3')).toEqual(['3 1\n'])
})

test.each(['', '7', 'x 1\n', '7 0\n', '<html>'])('%j is no page', (text) => {
  expect(parsePage(text)).toBeUndefined()
})

test.each(['a 10.0.0.1 80 1 up\n', 'service s\na 10.0.0.1 80 1 gone\n', 'service s\nhello\n'])(
  '%j is no table',
  (text) => {
    expect(() => parseTable(text)).toThrow(SyntaxError)
  },
)
