import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { missing } from '../../../../../test/support/requirements.ts'
import { waitFor } from '../../../../../test/support/wait-for.ts'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { controlClient } from '../../../src/engines/httpd/control/control-client.ts'
import { readTable } from '../../../src/engines/httpd/control/live.ts'
import { httpdFiles, MANIFEST_FILE } from '../../../src/engines/httpd/render/files.ts'
import { parseManifest } from '../../../src/engines/httpd/render/manifest.ts'
import { sinceOf } from '../../../src/engines/httpd/render/member.ts'
import { listenerOf, serviceOf, viewOf } from '../../../test/engines/support/views.ts'
import { startEndpoints, startShop } from '../shop.ts'
import { startHttpd } from './running-httpd.ts'

describe.skipIf(missing('httpd') !== undefined)('a slow start of httpd’s endpoints', () => {
  test('goes on under another agent and through a reload, and ends with the whole share', async () => {
    await using endpoints = await startEndpoints(4)
    const [a, b, c, d] = endpoints.all
    await using shop = await startShop(startHttpd, [a], { pool: { slowStartMs: 600_000 } })
    const { engine: httpd } = shop

    await shop.apply([a, b])
    const first = await starts(httpd.paths)
    expect(first).toMatchObject({
      b0: { since: undefined, loadFactor: 100 },
      b1: { loadFactor: 2 },
    })
    expect(first['b1']?.since).toBeGreaterThan(Date.now() - 60_000)

    const later = httpd.newControl()
    try {
      await later.applyEndpoints([shop.pool([a, b, c])])
      const second = await starts(httpd.paths)
      expect(second).toMatchObject({ b0: first['b0'], b1: { since: first['b1']?.since } })
      expect(second['b2']?.since).toBeGreaterThan(first['b1']?.since ?? Infinity)
      const observed = (await later.observe()).services.get('shop')
      expect(observed?.map(({ id, weight }) => `${id} ${weight}`)).toEqual(['b0 1', 'b1 1', 'b2 1'])
    } finally {
      await later.close()
    }

    // Whom this control has not seen comes by the reload.
    await shop.serve([a, b, d])
    const third = await starts(httpd.paths)
    expect(third).toMatchObject({ b0: first['b0'], b1: { since: first['b1']?.since } })
    expect(third['b3']?.loadFactor).toBe(2)

    const soon = serviceOf('shop', [a, b, d], { slowStartMs: 1_000 })
    await httpd.serve(viewOf({ listeners: [listenerOf(shop.port)], services: [soon] }))
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
