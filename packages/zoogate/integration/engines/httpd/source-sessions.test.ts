import { stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { copyOfRuntimeFile } from '../../../src/engines/httpd/render/files.ts'
import { sessionsFile } from '../../../src/engines/httpd/render/source-sessions.ts'
import type { Endpoint, View } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startHttpd } from './running-httpd.ts'

const ADDRESSES = Array.from({ length: 120 }, (_, index) => `10.7.${index}.9`)

describe.skipIf(missing('httpd') !== undefined)('a client’s address', () => {
  test('keeps its endpoint through live changes, a reload and a restart, in a file of bounded size', async () => {
    await using backends = await startBackends(3)
    const [a, b, c] = backends.all.map(({ name, port }) => endpointOf(name, port))
    const port = await freePort()
    const pool = (...endpoints: (Endpoint | undefined)[]) =>
      serviceOf(
        'shop',
        endpoints.flatMap((one) => one ?? []),
        { sessionPersistence: { type: 'SourceIP' } },
      )
    const view = (of: ReturnType<typeof pool>, path = '/'): View =>
      viewOf({
        listeners: [listenerOf(port)],
        clientAddress: { trustedProxies: ['127.0.0.0/8'], proxyProtocol: false },
        routes: [
          routeOf('shop', { id: 'other.0.0.0', path: { type: 'PathPrefix', value: path } }),
          routeOf('shop'),
        ],
        services: [of],
      })
    const whoAnswers = async () => {
      const answers = new Map<string, string>()
      for (const address of ADDRESSES) {
        const { status, body } = await request(port, { headers: { 'x-forwarded-for': address } })
        answers.set(address, `${status} ${body.trim()}`)
      }
      return answers
    }

    await using httpd = await startHttpd(view(pool(a, b)))
    const first = await whoAnswers()
    expect(new Set(first.values()).size).toBe(2)

    await httpd.control.applyEndpoints([pool(a, b, c)])
    expect(await whoAnswers()).toEqual(first)
    await httpd.serve(view(pool(a, b, c), '/other'))
    expect(await whoAnswers()).toEqual(first)

    httpd.program.kill('SIGTERM')
    await httpd.program.exited
    await httpd.start()
    expect(await whoAnswers()).toEqual(first)

    await httpd.control.applyEndpoints([pool(b, c)])
    const later = await whoAnswers()
    for (const [address, who] of first) {
      if (who === `200 ${b?.id}`) expect(later.get(address)).toBe(who)
    }
    await httpd.control.applyEndpoints([pool(a, b, c)])
    expect(await whoAnswers()).toEqual(later)

    const { size, mode } = await stat(copyOfRuntimeFile(httpd.paths, sessionsFile('shop')))
    expect(size).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect(mode & 0o007).toBe(0)
  })
})
