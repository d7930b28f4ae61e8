import { Agent } from 'node:http'
import { expect, test } from 'vitest'
import { startBackends } from '../../../../test/support/backends.ts'
import { freePort } from '../../../../test/support/free-port.ts'
import { request } from '../../../../test/support/http.ts'
import { missing } from '../../../../test/support/requirements.ts'
import { nginxWithLua } from '../../src/engines/nginx/index.ts'
import type { View } from '../../src/model/view/view.ts'
import { endpointOf, serviceOf, viewOf } from '../../test/engines/support/views.ts'
import { startHttpd } from '../engines/httpd/running-httpd.ts'
import { startNginx } from '../engines/nginx/running-nginx.ts'
import { TEMPLATES } from './texts.ts'

const ENGINES = [
  {
    engine: 'nginx',
    needs: 'nginx-lua',
    start: (view: View) => startNginx(view, nginxWithLua()),
  },
  { engine: 'httpd', needs: 'httpd', start: startHttpd },
] as const

// HAProxy's own `option idle-close-on-response` does it, which is the text's affair.
test.each(ENGINES.filter(({ needs }) => missing(needs) === undefined))(
  'clients of a text’s servers are told to leave before $engine reloads it, and afterwards no more',
  async ({ engine, start }) => {
    await using backends = await startBackends(1)
    const port = await freePort()
    const endpoints = backends.all.map(({ name, port }) => endpointOf(name, port))
    const view: View = {
      ...viewOf({ listeners: [], services: [serviceOf('shop', endpoints)] }),
      native: { text: TEMPLATES[engine](port, '/tmp') },
    }
    await using running = await start(view)
    const agent = new Agent({ keepAlive: true })
    const connection = async () => {
      const response = await request(port, { agent })
      expect(response.body).toBe('b0\n')
      return String(response.headers['connection'])
    }
    try {
      expect(await connection()).not.toContain('close')
      await running.control.prepareReload?.()
      expect(await connection()).toContain('close')
      await running.serve(view)
      expect(await connection()).not.toContain('close')
    } finally {
      agent.destroy()
    }
  },
)
