import { Agent } from 'node:http'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { Endpoint, View } from '../../../src/model/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEchoBackend } from '../echo-backend.ts'
import { startHttpd } from './running-httpd.ts'

function shop(port: number, endpoints: readonly Endpoint[]): View {
  return viewOf({
    listeners: [listenerOf(port)],
    routes: [routeOf('shop')],
    services: [serviceOf('shop', endpoints)],
  })
}

/** What httpd by itself loses, or answers with an error. */
describe.skipIf(missing('httpd') !== undefined)('httpd loses no request', () => {
  test('where all kept connections bring one at once', async () => {
    const clients = Array.from({ length: 160 }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
    const held: (() => void)[] = []
    await using backend = await startEchoBackend(({ url }, response) => {
      if (url === '/alone') return void response.end()
      held.push(() => response.end())
      if (held.length === clients.length) for (const answer of held) answer()
    })
    const port = await freePort()
    await using _httpd = await startHttpd(shop(port, [endpointOf('b', backend.port)]))
    const askAll = (path: string) =>
      Promise.all(clients.map(async (agent) => (await request(port, { agent, path })).status))
    const good = clients.map(() => 200)
    expect(await askAll('/alone')).toEqual(good)
    expect(await askAll('/together')).toEqual(good)
    for (const agent of clients) agent.destroy()
  })

  test('whose member cannot be reached, where the others came live', async () => {
    await using backends = await startBackends(2)
    const up = backends.all.map(({ name, port }) => endpointOf(name, port))
    const gone = endpointOf('gone', await freePort())
    const port = await freePort()
    await using httpd = await startHttpd(shop(port, [gone]))
    await httpd.control.applyEndpoints([serviceOf('shop', [gone, ...up])])
    for (let count = 0; count < 10; count++) expect((await request(port)).status).toBe(200)
  })
})
