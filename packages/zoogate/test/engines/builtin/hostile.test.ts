import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyText } from '../../../../../test/support/any-text.ts'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { readGeneration } from '../../../src/engines/builtin/files.ts'
import { render } from '../../../src/engines/builtin/render.ts'
import type { Route, ServicePool, View } from '../../../src/model/view/view.ts'

const paths = { folder: '/n', current: '/n/current', logs: '/n/logs', run: '/n/run' }

/** Whatever somebody might write: quotes, line ends, controls, lone surrogates, `__proto__`. */
const hostile = fc.oneof(
  anyText({ minLength: 1, maxLength: 40 }),
  fc.constantFrom(
    '";}\r\n{',
    '__proto__',
    '</script>',
    '\u2028',
    '$(id)',
    '`id`',
    '../../x',
    '\0',
    '\ud800',
  ),
)

const view: fc.Arbitrary<View> = fc
  .record({
    gateway: hostile,
    listener: hostile,
    hostname: hostile,
    path: hostile,
    method: hostile,
    header: fc.record({ name: hostile, value: hostile }),
    routeId: hostile,
    probePath: hostile,
    address: anyText({ minLength: 1, maxLength: 20 }),
  })
  .map((values) => {
    const route: Route = {
      id: values.routeId,
      listeners: [values.listener],
      hostname: values.hostname,
      path: { type: 'Exact', value: values.path },
      method: values.method,
      headers: [values.header],
      backends: [{ service: 'shop', weight: 1 }],
      timeouts: { requestMs: 1, backendRequestMs: 2 },
    }
    const pool: ServicePool = {
      name: 'shop',
      algorithm: 'peakEWMA',
      sessionPersistence: { type: 'Cookie', sessionName: 'SID' },
      healthCheck: {
        probe: { type: 'http', path: values.probePath, statusFrom: 200, statusTo: 299 },
        intervalMs: 1,
        timeoutMs: 1,
        rise: 1,
        fall: 1,
      },
      connections: { max: 5, connectTimeoutMs: 1 },
      endpoints: [{ id: 'a', address: values.address, port: 1, weight: 0, state: 'down' }],
    }
    return {
      gateway: values.gateway,
      revision: 7,
      listeners: [{ name: values.listener, address: values.address, port: 80, protocol: 'HTTP' }],
      routes: [route],
      services: new Map([[pool.name, pool]]),
      concurrency: { workers: 'auto', maxConnections: 9, keepAliveMs: 8 },
    }
  })

describe('hostile values', () => {
  // Hundreds of files on a machine that may be busy.
  it('come back from the files as they went in, and go nowhere else', {
    timeout: 60_000,
  }, async () => {
    await using folder = await temporaryFolder()
    await mkdir(join(folder.path, 'endpoints'))
    await fc.assert(
      fc.asyncProperty(view, async (given) => {
        const files = render(given, { paths, generation: '42' })
        expect([...files.keys()]).toEqual(['proxy.json', 'listeners.json', 'endpoints/shop.json'])
        for (const [name, text] of files) {
          await writeFile(join(folder.path, name), text)
        }
        const { id, revision, config } = await readGeneration(folder.path)
        const [route] = given.routes
        const { address, name, port } = given.listeners[0] ?? {}
        expect([id, revision]).toEqual(['42', 7])
        expect(config).toEqual({
          maxConnections: 9,
          keepAliveMs: 8,
          listeners: [{ address, name, port }],
          routes: [
            {
              id: route?.id,
              listeners: route?.listeners,
              hostname: route?.hostname,
              path: route?.path,
              method: route?.method,
              headers: route?.headers,
              backends: [{ pool: 'shop', weight: 1 }],
              requestTimeoutMs: 1,
              attemptTimeoutMs: 2,
            },
          ],
          pools: [
            {
              name: 'shop',
              algorithm: 'peakEWMA',
              sessionCookie: 'SID',
              healthCheck: given.services.get('shop')?.healthCheck,
              connectionsMax: 5,
              connectTimeoutMs: 1,
              endpoints: given.services.get('shop')?.endpoints,
            },
          ],
        })
      }),
      { numRuns: 100 },
    )
  })

  it('are refused where they would lead out of the folder', async () => {
    await using folder = await temporaryFolder()
    const proxy = {
      ...{ v: 1, generation: '1', gateway: 'g', revision: 1, maxConnections: 1, keepAliveMs: 1 },
      ...{ listeners: [], routes: [] },
    }
    for (const name of ['../x', 'a/b', '__proto__', 'A', '']) {
      const pools = [{ name, algorithm: 'random', connectTimeoutMs: 1 }]
      await writeFile(join(folder.path, 'proxy.json'), JSON.stringify({ ...proxy, pools }))
      await expect(readGeneration(folder.path)).rejects.toThrow('proxy.json')
    }
  })
})
