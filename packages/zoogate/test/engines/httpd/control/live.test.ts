import { describe, expect, test } from 'vitest'
import type { TableMember } from '../../../../src/engines/httpd/control/balancer-table.ts'
import { balancerForms } from '../../../../src/engines/httpd/control/forms.ts'
import { observation } from '../../../../src/engines/httpd/control/stats.ts'
import type { Manifest } from '../../../../src/engines/httpd/render/manifest.ts'
import { GONE, membersOf } from '../../../../src/engines/httpd/render/member.ts'
import type { Endpoint } from '../../../../src/model/view/view.ts'
import { endpointOf } from '../../support/views.ts'
import { tableOf } from '../table-of.ts'

const formsFor = (has: readonly TableMember[], endpoints: readonly Endpoint[]) =>
  balancerForms('shop', has, membersOf({ endpoints }))

describe('the forms for the balancer manager', () => {
  const a = endpointOf('a', 3001)
  const b = endpointOf('b', 3002)

  test('are none where all is as it shall be', () => {
    expect(formsFor(tableOf({ endpoints: [a, b] }), [a, b])).toEqual([])
  })

  test('add a member, and only then say what it is, for one that comes', () => {
    const [added, said] = formsFor(tableOf({ endpoints: [a] }), [a, b])
    expect(added).toMatchObject({ b: 'shop', b_wyes: '1', b_nwrkr: 'ws://127.0.0.1:3002' })
    expect(said).toMatchObject({ w: 'ws://127.0.0.1:3002', w_wr: 'b', w_status_D: '0' })
  })

  test('disable one that goes, once', () => {
    const [form, ...more] = formsFor(tableOf({ endpoints: [a, b] }), [a])
    expect(more).toEqual([])
    expect(form).toMatchObject({ w: 'ws://127.0.0.1:3002', w_status_D: '1', w_rr: GONE })
    const after = tableOf({ endpoints: [a, b] }).map((member) =>
      member.route === 'b' ? { ...member, route: '', note: GONE, disabled: true } : member,
    )
    expect(formsFor(after, [a])).toEqual([])
  })

  test('drain, and change a weight', () => {
    const states = { state: 'draining' as const }
    expect(formsFor(tableOf({ endpoints: [a, b] }), [a, { ...b, ...states }])).toMatchObject([
      { w_status_N: '1', w_status_D: '0' },
    ])
    expect(formsFor(tableOf({ endpoints: [a, b] }), [a, { ...b, weight: 7 }])).toMatchObject([
      { w_lf: '7' },
    ])
    expect(formsFor(tableOf({ endpoints: [a, b] }), [a, { ...b, weight: 0 }])).toMatchObject([
      { w_status_N: '1' },
    ])
  })

  test('know one address in any spelling', () => {
    const long = endpointOf('six', 80, { address: 'FD00:0:0::1' })
    expect(formsFor(tableOf({ endpoints: [long] }), [{ ...long, address: 'fd00::1' }])).toEqual([])
  })
})

describe('what is observed', () => {
  const manifest: Manifest = {
    generation: '7',
    address: '127.1.2.3',
    port: 21_000,
    hosts: ['http.zoogate.invalid'],
    services: [{ name: 'shop', balancers: [{ name: 'shop', timed: false }] }],
  }
  const endpoints = [
    endpointOf('a', 3001, { weight: 200 }),
    endpointOf('b', 3002, { weight: 0 }),
    endpointOf('b-again', 3002, { state: 'down' }),
    endpointOf('x'.repeat(128), 3003, { state: 'draining' }),
  ]
  const seen = (has: readonly TableMember[]) =>
    observation(manifest, [new Map([['shop', has]])], () => ({
      endpoints,
      members: membersOf({ endpoints }),
    })).services.get('shop')

  test('are the endpoints as they were given, where httpd’s members say so', () => {
    const gone = {
      ...tableOf({ endpoints: [endpointOf('z', 3009)] })[0],
      note: GONE,
      disabled: true,
    }
    const withLeftover = [...tableOf({ endpoints }), gone as TableMember]
    expect(seen(withLeftover)).toEqual(endpoints.map((e) => ({ ...e, health: 'unknown' })))
  })

  test('are what members say, where somebody meddled', () => {
    const [first, ...rest] = tableOf({ endpoints })
    expect(seen([{ ...first, loadFactor: 3 } as TableMember, ...rest])?.[0]).toMatchObject({
      id: 'a',
      weight: 3,
    })
    expect(seen(rest)).toHaveLength(2)
  })
})
