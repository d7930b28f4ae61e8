import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { controlClient } from '../../../src/engines/httpd/control/control-client.ts'
import { httpdFiles, MANIFEST_FILE } from '../../../src/engines/httpd/render/files.ts'
import { parseManifest } from '../../../src/engines/httpd/render/manifest.ts'
import { endpointOf, serviceOf } from '../../../test/engines/support/views.ts'
import { startEndpoints, startShop } from '../shop.ts'
import { startHttpd } from './running-httpd.ts'

/** A change begins from what was read last, and not from what httpd has. */
describe.skipIf(missing('httpd') !== undefined)('a live change of httpd’s endpoints', () => {
  test('is right after somebody changed them by hand, and after httpd was started anew', async () => {
    await using endpoints = await startEndpoints(3)
    const [a, b, c] = endpoints.all
    const others = Array.from({ length: 20 }, (_, index) => `other-${index}`)
    await using shop = await startShop(startHttpd, [a], {
      view: () => ({
        others: others.map((name) => serviceOf(name, [endpointOf(`${name}-a`, 3001)])),
      }),
    })
    const { engine: httpd } = shop
    const answering = async () => [...(await whoAnswers(shop.port, 12)).keys()].sort()
    await shop.apply([a, b])
    expect(await answering()).toEqual([a.id, b.id])

    await byHand(httpd.paths, {
      b: 'shop',
      w: `ws://127.0.0.1:${b.port}`,
      w_status_D: '1',
    })
    expect(await shop.observed()).toMatchObject([a, { ...b, state: 'down' }])
    await shop.apply([a, b, c])
    expect(await answering()).toEqual([a.id, b.id, c.id])

    await byHand(httpd.paths, {
      b: 'other-7',
      b_wyes: '1',
      b_nwrkr: `ws://127.0.0.1:${c.port}`,
    })
    await httpd.control.applyEndpoints([serviceOf('other-7', [c])])
    expect((await httpd.control.observe()).services.get('other-7')).toMatchObject([c])

    await httpd.program.stop()
    await httpd.start()
    await shop.apply([b, c])
    expect(await answering()).toEqual([b.id, c.id])
  })
})

async function byHand(paths: EnginePaths, form: Readonly<Record<string, string>>): Promise<void> {
  const manifest = parseManifest(await readFile(join(paths.current, MANIFEST_FILE), 'utf8'))
  const [host] = manifest?.hosts ?? []
  if (manifest === undefined || host === undefined) throw new Error('there is no manifest')
  const ask = controlClient(httpdFiles(paths).secretFile)
  await ask({ to: manifest, host, path: '/', form: { nonce: 'zoogate', ...form } })
}
