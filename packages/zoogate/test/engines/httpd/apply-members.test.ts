import { describe, expect, test } from 'vitest'
import { EngineError } from '../../../src/engines/engine.ts'
import type { TableMember } from '../../../src/engines/httpd/control/balancer-table.ts'
import type { AskControl } from '../../../src/engines/httpd/control/control-client.ts'
import { KnownBalancers } from '../../../src/engines/httpd/control/known-balancers.ts'
import { applyMembers } from '../../../src/engines/httpd/control/live.ts'
import type { Manifest } from '../../../src/engines/httpd/render/manifest.ts'
import { membersOf } from '../../../src/engines/httpd/render/member.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'
import { endpointOf } from '../support/views.ts'
import { managerPage } from './manager-page.ts'
import { tableOf } from './table-of.ts'

const HOST = 'http.zoogate.invalid'
const [a, b, c] = ['a', 'b', 'c'].map((id, index) => endpointOf(id, 3_001 + index))
const list = (...endpoints: (Endpoint | undefined)[]) => endpoints.flatMap((one) => one ?? [])
const manifest: Manifest = {
  generation: '7',
  address: '127.1.2.3',
  port: 21_000,
  hosts: [HOST],
  services: ['blog', 'shop', 'zoo'].map((name) => ({ name, balancers: [{ name, timed: false }] })),
}

/** What an httpd does with forms, as far as we send them. */
function fakeHttpd() {
  const table = new Map<string, TableMember[]>([
    ['blog', tableOf({ endpoints: list(a) })],
    ['shop', tableOf({ endpoints: list(a) })],
    ['zoo', tableOf({ endpoints: list(a) })],
  ])
  const asked: string[] = []
  const state = { generation: '7', takes: true }
  const ask: AskControl = ({ form, take }) => {
    asked.push(
      `${form === undefined ? 'GET' : form['b_wyes'] ? 'add' : 'set'}${take ? ' read' : ''}`,
    )
    if (form !== undefined && state.takes) {
      const members = table.get(form['b'] ?? '') ?? []
      const url = form['b_nwrkr'] ?? form['w'] ?? ''
      const index = members.findIndex((member) => member.url === url)
      if (form['b_wyes'] !== undefined) {
        if (index >= 0) {
          return Promise.reject(new EngineError('ENGINE_UNREACHABLE', 'answered with 400'))
        }
        const { port } = new URL(url)
        const place = { url, address: '127.0.0.1', port: Number(port) }
        const rest = { route: '', note: '', loadFactor: 1, disabled: true, draining: false }
        members.push({ ...place, ...rest })
      } else if (index >= 0) {
        members[index] = {
          ...(members[index] as TableMember),
          route: form['w_wr'] ?? '',
          note: form['w_rr'] ?? '',
          disabled: form['w_status_D'] === '1',
          ...(form['w_lf'] === undefined ? {} : { loadFactor: Number(form['w_lf']) }),
        }
      }
    }
    take?.(Buffer.from(managerPage(table)))
    return Promise.resolve({ generation: state.generation })
  }
  const known = new KnownBalancers()
  const give = (...endpoints: (Endpoint | undefined)[]) =>
    applyMembers(
      { ask, manifest, known },
      new Map([['shop', membersOf({ endpoints: list(...endpoints) })]]),
    )
  const takeAsked = () => asked.splice(0)
  const enabled = () =>
    (table.get('shop') ?? [])
      .filter(({ disabled }) => !disabled)
      .map(({ route }) => route)
      .sort()
  return { table, state, give, takeAsked, enabled, known }
}

describe('members given to httpd', () => {
  test('are read back in the answer to the last form; what was read is where the next begin', async () => {
    const { give, takeAsked, enabled } = fakeHttpd()
    await give(a, b)
    expect(takeAsked()).toEqual(['GET read', 'add', 'set read'])
    await give(a)
    expect(takeAsked()).toEqual(['set read'])
    await give(a, c)
    expect(takeAsked()).toEqual(['add', 'set read'])
    expect(enabled()).toEqual(['a', 'c'])
  })

  test('are looked for where nothing seems to have to be done', async () => {
    const { give, takeAsked, table, enabled } = fakeHttpd()
    await give(a, b)
    takeAsked()
    table.set('shop', tableOf({ endpoints: list(a) }))
    await give(a, b)
    expect(takeAsked()).toEqual(['GET read', 'add', 'set read'])
    expect(enabled()).toEqual(['a', 'b'])
  })

  test('are there though httpd was started anew, or changed by hand, since it was read', async () => {
    const { give, takeAsked, table, enabled } = fakeHttpd()
    await give(a, b)
    table.set('shop', tableOf({ endpoints: list(a) }))
    await give(b, c)
    expect(enabled()).toEqual(['b', 'c'])
    // Whom somebody added is there already.
    table.set('shop', tableOf({ endpoints: list(b, c, endpointOf('hand', 3_009)) }))
    takeAsked()
    await give(b, c, endpointOf('mine', 3_009))
    expect(takeAsked()).toEqual(['add', 'GET read', 'set read'])
    expect(enabled()).toEqual(['b', 'c', 'mine'])
  })

  test('are a matter for a reload where httpd does not take them', async () => {
    const { give, state } = fakeHttpd()
    await give(a, b)
    state.takes = false
    await expect(give(a)).rejects.toMatchObject({ code: 'ENGINE_LIVE_FAILED' })
  })

  test('are not given where another generation answers, and what is known is of one alone', async () => {
    const { give, state, known } = fakeHttpd()
    await give(a, b)
    expect(known.of('7', HOST, ['shop'])?.get('shop')).toHaveLength(2)
    expect(known.of('7', HOST, ['shop', 'zoo'])).toBeUndefined()
    expect(known.of('8', HOST, ['shop'])).toBeUndefined()
    state.generation = '8'
    await expect(give(a)).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' })
    expect(known.of('7', HOST, ['shop'])).toBeUndefined()
  })
})
