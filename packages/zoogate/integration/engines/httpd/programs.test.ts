import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import { freePort } from '../../../../../test/support/free-port.ts'
import { request } from '../../../../../test/support/http.ts'
import { missing } from '../../../../../test/support/requirements.ts'
import type { Route } from '../../../src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../../test/engines/support/views.ts'
import { startHttpd } from './running-httpd.ts'

const PROGRAM = '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nran\\n"\n'

describe.skipIf(missing('httpd') !== undefined)('httpd', () => {
  test('runs programs whose route comes by a reload', async () => {
    await using folder = await temporaryFolder()
    await chmod(folder.path, 0o755)
    await writeFile(join(folder.path, 'program'), PROGRAM, { mode: 0o755 })
    const port = await freePort()
    const view = (routes: readonly Route[]) =>
      viewOf({
        listeners: [listenerOf(port)],
        routes,
        services: [serviceOf('shop', [endpointOf('nobody', port)])],
      })
    await using httpd = await startHttpd(view([routeOf('shop')]))
    const answer = { type: 'cgi', root: folder.path } as const
    await httpd.serve(view([routeOf('shop', { backends: [], answer })]))
    const { status, body } = await request(port, { path: '/program' })
    expect([status, body]).toEqual([200, 'ran\n'])
  })
})
