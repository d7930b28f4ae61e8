import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { controlClient } from '../../../src/engines/httpd/control/control-client.ts'
import { readTable } from '../../../src/engines/httpd/control/live.ts'
import { httpdFiles, MANIFEST_FILE } from '../../../src/engines/httpd/render/files.ts'
import { parseManifest } from '../../../src/engines/httpd/render/manifest.ts'
import { sinceOf } from '../../../src/engines/httpd/render/member.ts'
import type { Endpoint, View } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startHttpd } from './running-httpd.ts'

describe.skipIf(missing('httpd') !== undefined)('a slow start of httpd’s endpoints', () => {
  test('goes on under another agent and through a reload, and ends with the whole share', async () => {
    await using backends = await startBackends(4)
    const [a, b, c, d] = backends.all.map((one, index) =>
      endpointOf('abcd'.charAt(index), one.port),
    )
    const port = await freePort()
    const pool = (endpoints: readonly (Endpoint | undefined)[], slowStartMs: number) =>
      serviceOf(
        'shop',
        endpoints.flatMap((one) => one ?? []),
        { slowStartMs },
      )
    const view = (of: ReturnType<typeof pool>): View =>
      viewOf({ listeners: [listenerOf(port)], routes: [routeOf('shop')], services: [of] })
    await using httpd = await startHttpd(view(pool([a], 600_000)))

    await httpd.control.applyEndpoints([pool([a, b], 600_000)])
    const first = await starts(httpd.paths)
    expect(first).toMatchObject({ a: { since: undefined, loadFactor: 100 }, b: { loadFactor: 2 } })
    expect(first['b']?.since).toBeGreaterThan(Date.now() - 60_000)

    const later = httpd.newControl()
    try {
      await later.applyEndpoints([pool([a, b, c], 600_000)])
      const second = await starts(httpd.paths)
      expect(second).toMatchObject({ a: first['a'], b: { since: first['b']?.since } })
      expect(second['c']?.since).toBeGreaterThan(first['b']?.since ?? Infinity)
      const observed = (await later.observe()).services.get('shop')
      expect(observed?.map(({ id, weight }) => `${id} ${weight}`)).toEqual(['a 1', 'b 1', 'c 1'])
    } finally {
      await later.close()
    }

    // Whom this control has not seen comes by the reload.
    await httpd.serve(view(pool([a, b, d], 600_000)))
    const third = await starts(httpd.paths)
    expect(third).toMatchObject({ a: first['a'], b: { since: first['b']?.since } })
    expect(third['d']?.loadFactor).toBe(2)

    await httpd.serve(view(pool([a, b, d], 1_000)))
    await waitFor('whole shares', async () => {
      const now = Object.values(await starts(httpd.paths))
      return now.every(({ since, loadFactor }) => since === undefined && loadFactor === 100)
    })
  })
})

/** By endpoint's id, what httpd's own table says. */
async function starts(paths: EnginePaths) {
  const manifest = parseManifest(await readFile(join(paths.current, MANIFEST_FILE), 'utf8'))
  const [host] = manifest?.hosts ?? []
  if (manifest === undefined || host === undefined) throw new Error('there is no manifest')
  const ask = controlClient(httpdFiles(paths).secretFile)
  const members = (await readTable({ ask, manifest }, host)).get('shop') ?? []
  return Object.fromEntries(
    members
      .filter(({ disabled }) => !disabled)
      .map(({ route, note, loadFactor }) => [route, { since: sinceOf(note), loadFactor }]),
  )
}
