import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startEngineNode } from '../../../../../test/conformance/harness/engine/engine-node.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request, whoAnswers } from '../../../../../test/support/http.ts'
import { startLoad } from '../../../../../test/support/load.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { Engine } from '../../../src/engines/engine.ts'
import { httpd as engine } from '../../../src/engines/httpd/index.ts'
import { CONFIGURATION_FILE } from '../../../src/engines/httpd/render/files.ts'
import type { Endpoint, Route } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startEndpoints, startShop } from '../shop.ts'
import { startHttpd } from './running-httpd.ts'

/** `/` and one more path, which only makes it another structure. */
function routes(path = '/other'): readonly Route[] {
  return [
    routeOf('shop', { id: 'other.0.0.0', path: { type: 'PathPrefix', value: path } }),
    routeOf('shop'),
  ]
}

/** For how long nobody was answered, at most, while something was done. */
async function longestSilenceMs(port: number, action: () => Promise<void>): Promise<number> {
  let answeredAtMs = performance.now()
  let longestMs = 0
  let asking = true
  const asked = (async () => {
    while (asking) {
      const response = await request(port).catch(() => undefined)
      if (response?.status === 200) {
        longestMs = Math.max(longestMs, performance.now() - answeredAtMs)
        answeredAtMs = performance.now()
      }
    }
  })()
  try {
    await action()
  } finally {
    asking = false
    await asked
  }
  return longestMs
}

describe.skipIf(missing('httpd') !== undefined)('httpd', () => {
  test('takes live changes and reloads under load, and no request fails', async () => {
    await using four = await startEndpoints(4)
    const [a, b, c, d] = four.all
    const tables: readonly (readonly Endpoint[])[] = [
      [a, b, c, d],
      [a, { ...b, state: 'draining' }, { ...c, weight: 5 }],
      [b, { ...d, weight: 0 }],
      [a, b, { ...c, state: 'down' }],
    ]
    await using shop = await startShop(startHttpd, tables[3] ?? [], {
      view: () => ({ routes: routes() }),
    })
    const { port } = shop
    const loads = [true, false].map((keepAlive) =>
      startLoad({ port, connections: 20, requestsPerSecond: 150, keepAlive }),
    )
    for (let round = 0; round < 8; round++) {
      const endpoints = tables[round % tables.length] ?? []
      if (round % 4 === 3) await shop.serve(endpoints, { routes: routes(`/round-${round}`) })
      else await shop.apply(endpoints)
      const observed = (await shop.engine.control.observe()).services.get('shop')
      expect(observed).toEqual(endpoints.map((each) => ({ ...each, health: 'unknown' })))
      const wanted = endpoints.filter(({ state, weight }) => state === 'up' && weight > 0)
      const answering = await whoAnswers(port, 12)
      expect(wanted.map(({ id }) => id)).toEqual(expect.arrayContaining([...answering.keys()]))
    }
    for (const load of loads) {
      const report = await load.stop()
      expect(load.failed(), JSON.stringify(report)).toBe(0)
    }
  })

  test('takes an endpoint in again soon that came live and could not be reached once', async () => {
    await using others = await startEndpoints(1)
    const endpointPort = await freePort()
    const start = () => {
      const server = createHttpServer((_request, response) => response.end('back\n'))
      return new Promise<typeof server>((resolve) =>
        server.listen(endpointPort, '127.0.0.1', () => resolve(server)),
      )
    }
    await using shop = await startShop(startHttpd, others.all)
    await shop.apply([endpointOf('late', endpointPort)])
    const status = async () => (await request(shop.port)).status
    expect(await status()).toBe(503)
    const server = await start()
    const sinceMs = performance.now()
    await waitFor('the endpoint to be asked', async () => (await status()) === 200)
    // By itself httpd would wait for a minute.
    expect(performance.now() - sinceMs).toBeLessThan(20_000)
    server.close()
    server.closeAllConnections()
  })

  test('ends at a reload that it cannot do, and serves the former again within a second', async () => {
    await using one = await startEndpoints(1)
    const port = await freePort()
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const address = taken.address()
    const takenPort = typeof address === 'object' && address !== null ? address.port : 0
    // What neither the checker nor the trial can know: somebody takes a port just before the reload.
    const late: Engine = {
      ...engine,
      render(view, context) {
        const files = new Map(engine.render(view, context))
        const text = files.get(CONFIGURATION_FILE) ?? ''
        if (view.revision % 2 === 0) files.set(CONFIGURATION_FILE, `${text}Listen ${takenPort}\n`)
        return files
      },
    }
    await using node = await startEngineNode(late)
    const viewAt = (path?: string) =>
      viewOf({
        listeners: [listenerOf(port)],
        routes: routes(path),
        services: [serviceOf('shop', one.all)],
      })
    const [view, other] = [viewAt(), viewAt('/second')]
    await node.serve(1, () => ({ ...view, revision: 1 }))
    // Of a busy host this also says when it let us run: so the best of three counts.
    let longestMs = Number.POSITIVE_INFINITY
    for (let revision = 2; longestMs >= 1_000 && revision <= 6; revision += 2) {
      longestMs = await longestSilenceMs(port, async () => {
        await expect(node.serve(revision, () => ({ ...other, revision }))).rejects.toThrowError(
          /ended at its reload: .*Address already in use/s,
        )
        await waitFor('the former to be served', async () => (await request(port)).status === 200)
      })
      console.log(`nobody was answered for ${Math.round(longestMs)} ms`)
    }
    expect(longestMs).toBeLessThan(1_000)
    await node.serve(7, () => ({ ...other, revision: 7 }))
    await new Promise<void>((resolve) => taken.close(() => resolve()))
  })
})
