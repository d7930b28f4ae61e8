import { stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { copyOfRuntimeFile } from '../../../src/engines/httpd/render/files.ts'
import { sessionsFile } from '../../../src/engines/httpd/render/source-sessions.ts'
import { routeOf } from '../../../test/engines/support/views.ts'
import { startEndpoints, startShop } from '../shop.ts'
import { startHttpd } from './running-httpd.ts'

const ADDRESSES = Array.from({ length: 120 }, (_, index) => `10.7.${index}.9`)

describe.skipIf(missing('httpd') !== undefined)('a client’s address', () => {
  test('keeps its endpoint through live changes, a reload and a restart, in a file of bounded size', async () => {
    await using endpoints = await startEndpoints(3)
    const [a, b, c] = endpoints.all
    const routes = (path: string) => [
      routeOf('shop', { id: 'other.0.0.0', path: { type: 'PathPrefix', value: path } }),
      routeOf('shop'),
    ]
    await using shop = await startShop(startHttpd, [a, b], {
      pool: { sessionPersistence: { type: 'SourceIP' } },
      view: () => ({
        clientAddress: { trustedProxies: ['127.0.0.0/8'], proxyProtocol: false },
        routes: routes('/'),
      }),
    })
    const { engine: httpd, port } = shop
    const whoAnswers = async () => {
      const answers = new Map<string, string>()
      for (const address of ADDRESSES) {
        const { status, body } = await request(port, { headers: { 'x-forwarded-for': address } })
        answers.set(address, `${status} ${body.trim()}`)
      }
      return answers
    }

    const first = await whoAnswers()
    expect(new Set(first.values()).size).toBe(2)

    await shop.apply([a, b, c])
    expect(await whoAnswers()).toEqual(first)
    await shop.serve([a, b, c], { routes: routes('/other') })
    expect(await whoAnswers()).toEqual(first)

    httpd.program.kill('SIGTERM')
    await httpd.program.exited
    await httpd.start()
    expect(await whoAnswers()).toEqual(first)

    await shop.apply([b, c])
    const later = await whoAnswers()
    for (const [address, who] of first) {
      if (who === `200 ${b.id}`) expect(later.get(address)).toBe(who)
    }
    await shop.apply([a, b, c])
    expect(await whoAnswers()).toEqual(later)

    const { size, mode } = await stat(copyOfRuntimeFile(httpd.paths, sessionsFile('shop')))
    expect(size).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(mode & 0o007).toBe(0)
  })
})
