import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type {
  BalancerTable,
  TableMember,
} from '../../../../src/engines/httpd/control/balancer-table.ts'
import { PageReader } from '../../../../src/engines/httpd/control/page-reader.ts'
import { endpointOf } from '../../support/views.ts'
import { managerPage } from '../manager-page.ts'
import { tableOf } from '../table-of.ts'

const shop = tableOf({
  endpoints: [endpointOf('a', 3001, { weight: 3 }), endpointOf('b', 3002, { state: 'draining' })],
})
const blog = tableOf({ endpoints: [endpointOf('c', 3003, { state: 'down' })] })
const all: BalancerTable = new Map([
  ['none', []],
  ['shop', shop],
  ['shop.5', shop],
  ['blog', blog],
])

function read(page: string, { wanted, size = 8_192 }: { wanted?: string[]; size?: number } = {}) {
  const reader = new PageReader(wanted)
  let taken = 0
  for (let at = 0; at < page.length; at += size) {
    taken = at + size
    if (reader.take(Buffer.from(page.slice(at, at + size)))) break
  }
  return { table: reader.end(), taken: Math.min(taken, page.length) }
}

describe('the balancer manager’s page', () => {
  test('is read member by member, however it is cut into pieces', () => {
    const page = managerPage(all, {
      form: '<form><table><tr><td>Timeout:</td></tr></table></form>',
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), (size) => {
        expect(read(page, { size }).table).toEqual(all)
      }),
      { examples: [[1], [27], [28]] },
    )
  })

  test('is read as far as the balancers that are wanted, and no further', () => {
    const many = new Map([
      ...all,
      ...Array.from({ length: 100 }, (_, i) => [`s${i}`, shop] as const),
    ])
    const page = managerPage(many)
    for (const size of [1, 50, 1_000]) {
      const { table, taken } = read(page, { wanted: ['shop', 'none'], size })
      expect(table).toEqual(new Map([...all].slice(0, 2)))
      expect(taken).toBeLessThan(page.indexOf('balancer://shop.5') + size)
    }
    expect(read(page, { wanted: [] }).table.size).toBe(0)
  })

  test('tells of those that are wanted and not there, and of one at its end', () => {
    expect(read(managerPage(all), { wanted: ['blog', 'gone'] }).table).toEqual(
      new Map([['blog', blog]]),
    )
  })

  test('has URLs without the scheme’s own port, addresses of IPv6, and what is escaped', () => {
    const member = (url: string, place: Pick<TableMember, 'address' | 'port'>): TableMember => ({
      ...(shop[0] as TableMember),
      ...place,
      url,
      route: 'a<&b',
    })
    const members = [
      member('ws://127.0.0.9', { address: '127.0.0.9', port: 80 }),
      member('wss://[fd00::1]', { address: 'fd00::1', port: 443 }),
      member('wss://[fd00::1]:80', { address: 'fd00::1', port: 80 }),
    ]
    const table = new Map([['shop', members]])
    expect(read(managerPage(table)).table).toEqual(table)
  })

  const page = managerPage(all)
  test.each([
    ['nothing', ''],
    ['another page', '<html><body>It works!</body>'],
    ['one that is cut off', page.slice(0, -20)],
    ['one with other columns', page.replaceAll('<th>Factor</th>', '')],
    ['one with a member that is not understood', page.replace('<td>3.00</td>', '<td>much</td>')],
    ['one with a balancer without a name', page.replace('balancer://shop', 'x'.repeat(600))],
  ])('is not %s', (_, text) => {
    expect(() => read(text)).toThrowError(SyntaxError)
  })
})
