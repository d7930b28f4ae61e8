import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { startBackends } from '../../../../../test/support/backends.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { whoAnswers } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { controlClient } from '../../../src/engines/httpd/control/control-client.ts'
import { httpdFiles, MANIFEST_FILE } from '../../../src/engines/httpd/render/files.ts'
import { parseManifest } from '../../../src/engines/httpd/render/manifest.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startHttpd } from './running-httpd.ts'

/** A change begins from what was read last, and not from what httpd has. */
describe.skipIf(missing('httpd') !== undefined)('a live change of httpd’s endpoints', () => {
  test('is right after somebody changed them by hand, and after httpd was started anew', async () => {
    await using backends = await startBackends(3)
    const [a, b, c] = backends.all.map((one) => endpointOf(one.name, one.port))
    const port = await freePort()
    const others = Array.from({ length: 20 }, (_, index) => `other-${index}`)
    const shop = (...endpoints: (Endpoint | undefined)[]) =>
      serviceOf(
        'shop',
        endpoints.flatMap((one) => one ?? []),
      )
    await using httpd = await startHttpd(
      viewOf({
        listeners: [listenerOf(port)],
        routes: [routeOf('shop')],
        services: [
          ...others.map((name) => serviceOf(name, [endpointOf(`${name}-a`, 3001)])),
          shop(a),
        ],
      }),
    )
    const answering = async () => [...(await whoAnswers(port, 12)).keys()].sort()
    const namesOf = (...endpoints: (Endpoint | undefined)[]) =>
      endpoints.map((one) => one?.id ?? '').sort()
    await httpd.control.applyEndpoints([shop(a, b)])
    expect(await answering()).toEqual(namesOf(a, b))

    await byHand(httpd.paths, {
      b: 'shop',
      w: `ws://127.0.0.1:${b?.port}`,
      w_status_D: '1',
    })
    const observed = (await httpd.control.observe()).services.get('shop')
    expect(observed?.map(({ id, state }) => `${id} ${state}`)).toEqual([
      `${a?.id} up`,
      `${b?.id} down`,
    ])
    await httpd.control.applyEndpoints([shop(a, b, c)])
    expect(await answering()).toEqual(namesOf(a, b, c))

    await byHand(httpd.paths, {
      b: 'other-7',
      b_wyes: '1',
      b_nwrkr: `ws://127.0.0.1:${c?.port}`,
    })
    await httpd.control.applyEndpoints([serviceOf('other-7', c === undefined ? [] : [c])])
    expect((await httpd.control.observe()).services.get('other-7')).toMatchObject([c])

    await httpd.program.stop()
    await httpd.start()
    await httpd.control.applyEndpoints([shop(b, c)])
    expect(await answering()).toEqual(namesOf(b, c))
  })
})

async function byHand(paths: EnginePaths, form: Readonly<Record<string, string>>): Promise<void> {
  const manifest = parseManifest(await readFile(join(paths.current, MANIFEST_FILE), 'utf8'))
  const [host] = manifest?.hosts ?? []
  if (manifest === undefined || host === undefined) throw new Error('there is no manifest')
  const ask = controlClient(httpdFiles(paths).secretFile)
  await ask({ to: manifest, host, path: '/', form: { nonce: 'zoogate', ...form } })
}
