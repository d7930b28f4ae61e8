import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { carriedOver } from '../../../src/engines/haproxy/control/carry-over.ts'
import { serverChanges } from '../../../src/engines/haproxy/control/server-changes.ts'
import {
  parseServersState,
  type ServerRow,
} from '../../../src/engines/haproxy/control/servers-state.ts'
import { serverId, serverIds } from '../../../src/engines/haproxy/render/server-id.ts'
import { endpointOf, serviceOf } from '../support/views.ts'

const healthCheck = {
  probe: { type: 'tcp' as const },
  intervalMs: 2_000,
  timeoutMs: 1_000,
  rise: 2,
  fall: 3,
}

function rowOf(name: string, change: Partial<ServerRow> = {}): ServerRow {
  return {
    backend: 'service-shop',
    name,
    id: 5,
    address: '127.0.0.1',
    port: 80,
    admin: 'ready',
    weight: 1,
    checked: false,
    health: 'unknown',
    ...change,
  }
}

describe('changes of servers', () => {
  test('nothing where all is equal, however an address is spelt', () => {
    const pool = serviceOf('shop', [
      endpointOf('a', 80),
      endpointOf('b', 80, { address: '2001:DB8::0:1', state: 'draining' }),
    ])
    const rows = [rowOf('a'), rowOf('b', { address: '2001:db8::1', admin: 'drain' })]
    expect(serverChanges(pool, 'service-shop', rows)).toEqual({ commands: [], surplus: [] })
  })

  test('an addition has every option, its check, and its state last', () => {
    const pool = serviceOf('shop', [endpointOf('a', 80, { state: 'draining', weight: 4 })], {
      healthCheck,
      connections: { connectTimeoutMs: 1_000, max: 9 },
    })
    const id = serverId('a', new Set())
    expect(serverChanges(pool, 'service-shop', []).commands).toEqual([
      `add server service-shop/a 127.0.0.1:80 id ${id} weight 4 maxconn 9 check inter 2000ms rise 2 fall 3 observe layer4 error-limit 3 on-error mark-down pool-max-conn 1000 pool-purge-delay 1s`,
      'enable health service-shop/a',
      'set server service-shop/a state drain',
    ])
  })

  test('one that is down is added in maintenance, without traffic', () => {
    const pool = serviceOf('shop', [endpointOf('a', 80, { address: '::1', state: 'down' })])
    const { commands } = serverChanges(pool, 'service-shop', [])
    expect(commands).toHaveLength(1)
    expect(commands[0]).toMatch(/^add server service-shop\/a \[::1\]:80 id /)
  })

  test('out of service first, into service last', () => {
    const drained = serviceOf('shop', [endpointOf('a', 81, { state: 'draining', weight: 2 })])
    expect(serverChanges(drained, 'service-shop', [rowOf('a')]).commands).toEqual([
      'set server service-shop/a state drain',
      'set server service-shop/a addr 127.0.0.1 port 81',
      'set server service-shop/a weight 2',
    ])
    const up = serviceOf('shop', [endpointOf('a', 81, { weight: 2 })])
    expect(serverChanges(up, 'service-shop', [rowOf('a', { admin: 'maint' })]).commands).toEqual([
      'set server service-shop/a addr 127.0.0.1 port 81',
      'set server service-shop/a weight 2',
      'set server service-shop/a state ready',
    ])
  })

  test('what is too much goes into maintenance, once', () => {
    const rows = [rowOf('a'), rowOf('b', { admin: 'maint' })]
    expect(serverChanges(serviceOf('shop', []), 'service-shop', rows)).toEqual({
      commands: ['set server service-shop/a state maint'],
      surplus: ['a', 'b'],
    })
  })
})

describe('what a new worker is told', () => {
  test('who was draining, with which weight, and who failed its checks', () => {
    const before = [
      rowOf('drained', { admin: 'drain', weight: 7 }),
      rowOf('failing', { checked: true, health: 'failing' }),
      rowOf('fine', { checked: true, health: 'passing' }),
    ]
    const after = [
      rowOf('drained', { weight: 0 }),
      rowOf('failing', { checked: true }),
      rowOf('fine', { checked: true }),
      rowOf('new'),
    ]
    expect(carriedOver(before, after)).toEqual([
      'set server service-shop/drained state drain',
      'set server service-shop/drained weight 7',
      'set server service-shop/failing health down',
    ])
  })

  test('nothing of a server that moved, was undrained, or has no check any more', () => {
    const before = [
      rowOf('moved', { checked: true, health: 'failing' }),
      rowOf('undrained', { admin: 'drain', weight: 7 }),
      rowOf('unchecked', { checked: true, health: 'failing' }),
      rowOf('down', { checked: true, health: 'failing' }),
    ]
    const after = [
      rowOf('moved', { checked: true, port: 81 }),
      rowOf('undrained', { weight: 7 }),
      rowOf('unchecked'),
      rowOf('down', { checked: true, admin: 'maint' }),
    ]
    expect(carriedOver(before, after)).toEqual([])
  })
})

describe('ids of servers', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/), { maxLength: 40 })

  test('are apart, and within 20 bits', () => {
    fc.assert(
      fc.property(names, (list) => {
        const ids = [...serverIds(list).values()]
        expect(new Set(ids).size).toBe(list.length)
        for (const id of ids) expect(id > 0 && id < 2 ** 20).toBe(true)
      }),
    )
  })

  test('do not depend on the order', () => {
    fc.assert(
      fc.property(names, (list) => {
        expect([...serverIds([...list].reverse())].sort()).toEqual([...serverIds(list)].sort())
      }),
    )
  })

  test('do not depend on who else is there, and a taken one is not given out again', () => {
    const id = serverId('a', new Set())
    expect(serverIds(['b', 'a', 'c']).get('a')).toBe(id)
    expect(serverId('a', new Set([id]))).not.toBe(id)
  })
})

describe('the servers state', () => {
  const heading =
    '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port'
  // As HAProxy 2.6.12 printed them.
  const state = `\n1\n${heading}
3 service-shop 77 1 127.0.0.1 0 0 3 3 2 17 2 0 6 0 0 1 - 18201 - 0 0 - - 0
3 service-shop 78 v6 ::1 0 5 0 0 2 1 0 0 14 0 0 1 - 18201 - 0 0 - - 0
3 service-shop 90 b 127.0.0.1 2 0 2 2 0 1 0 2 6 0 0 1 - 18202 - 0 0 - - 0
3 service-shop 91 c 127.0.0.1 2 8 2 2 0 15 3 4 6 0 0 1 - 18203 - 0 0 - - 0

`

  test('is read by the names of its columns', () => {
    const rows = parseServersState(`New server registered.\n\n${state}`)
    expect(rows.map(({ name, admin, health }) => [name, admin, health])).toEqual([
      ['1', 'ready', 'failing'],
      ['v6', 'maint', 'unknown'],
      ['b', 'ready', 'unknown'],
      ['c', 'drain', 'passing'],
    ])
    expect(rows[1]).toMatchObject({ id: 78, address: '::1', port: 18_201, weight: 0 })
  })

  test('of no server is a heading', () => {
    expect(parseServersState(`1\n${heading}\n\n`)).toEqual([])
  })

  test('that is not there is an error with what is', () => {
    expect(() => parseServersState("Can't find backend.\n")).toThrow(/Can't find backend/)
    expect(() => parseServersState('1\n# be_id srv_id\n\n')).toThrow(/no column be_name/)
  })
})
