import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  parseRows,
  printChanges,
  printRow,
  printRows,
} from '../../../../src/engines/nginx/lua/endpoint-rows.ts'

const endpoints = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
    port: fc.integer({ min: 1, max: 65_535 }),
    weight: fc.integer({ min: 0, max: 256 }),
    state: fc.constantFrom('up' as const, 'draining' as const, 'down' as const),
  }),
  { selector: ({ id }) => id, maxLength: 50 },
)

test('what is printed is read back', () => {
  fc.assert(
    fc.property(endpoints, (meant) => {
      expect(parseRows(printRows(meant))).toEqual(
        meant.map((endpoint) => ({ ...endpoint, health: 'unknown' })),
      )
    }),
  )
})

test('changes make one list the other', () => {
  fc.assert(
    fc.property(endpoints, endpoints, (from, to) => {
      const rows = new Map(from.map((endpoint) => [endpoint.id, printRow(endpoint)]))
      const changed = new Map(rows)
      for (const line of printChanges(rows, to).split('\n').slice(0, -1)) {
        const rest = line.slice(1)
        if (line.startsWith('-')) changed.delete(rest)
        else changed.set(rest.slice(0, rest.indexOf(' ')), rest)
      }
      expect(changed).toEqual(new Map(to.map((endpoint) => [endpoint.id, printRow(endpoint)])))
      expect(printChanges(changed, to)).toBe('')
    }),
  )
})

test.each(['a 10.0.0.1 80 1 gone\n', 'a 10.0.0.1 80 up\n', 'hello\n'])('%j is no row', (text) => {
  expect(() => parseRows(text)).toThrow(SyntaxError)
})
