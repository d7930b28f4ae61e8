import { describe, expect, it } from 'vitest'
import { listenRefusals } from '../../../src/agent/bounds/bound-refusals.ts'
import { bindPlaces } from '../../../src/engines/haproxy/validate/bind-places.ts'
import {
  dumpedProcessModule,
  dumpedListens as httpdListens,
} from '../../../src/engines/httpd/validate/dump.ts'
import { dumpedListens as nginxListens } from '../../../src/engines/nginx/native/listens.ts'
import { viewOf } from '../support/views.ts'

const places = (found: readonly { readonly address: string; readonly port: number }[]) =>
  found.map(({ address, port }) => `${address} ${port}`)

describe('where a text listens', () => {
  it('is what lines bind of HAProxy say by themselves', () => {
    const text = `frontend a
  bind :80,10.0.0.1:8080 ssl crt x # :81
  bind ipv4@127.0.0.1:90-92
  bind "[::1]:443" v6only
  bind unix@/run/x.sock
  bind "\${ADDRESS}:99"
  .if defined(X)
  bind :98
  .endif
  server bind 10.0.0.1:97
  bind *:96
`
    expect(places(bindPlaces(text))).toEqual([
      ...['* 80', '10.0.0.1 8080', '127.0.0.1 90', '127.0.0.1 91', '127.0.0.1 92'],
      ...['::1 443', '* 96'],
    ])
    expect(bindPlaces('bind :1-99999999').length).toBe(0)
    expect(bindPlaces('bind :1-65535').length).toBe(1_000)
  })

  it('is what nginx prints of all that it reads', () => {
    const dump = `# configuration file /g/nginx.conf:
http { map $x $y { listen 1; } include /etc/b;
  server { listen 80 default_server; listen [::]:81; listen unix:/x; listen 127.0.0.1; } }
stream { server { listen 53 udp; listen 10.0.0.1:54; } }

# configuration file /etc/b:
server { listen 82 ssl; }
`
    expect(places(nginxListens(dump))).toEqual([
      ...['* 80', '* 81', '127.0.0.1 80', '10.0.0.1 54', '* 82'],
    ])
  })

  it('is what httpd prints of all that it has read, but for our own file', () => {
    const printed = `# In file: /g/httpd.conf
#   1:
Listen 127.1.2.3:21000
# In file: /etc/apache2/ports.conf
#   5:
Listen 80
#   6:
  Listen "[::1]:443" https
ListenBackLog 5
`
    expect(places(httpdListens(printed, '/g/httpd.conf'))).toEqual(['* 80', '::1 443'])
    expect(dumpedProcessModule('Loaded Modules:\n mpm_event_module (shared)\n')).toBe('event')
    expect(dumpedProcessModule('Loaded Modules:\n')).toBeUndefined()
  })

  it('is held against the ports that the host allows', () => {
    const view = viewOf({})
    const listens = [80, 80, 81, 8_000].map((port) => ({ address: '*', port }))
    const listenPorts = [
      { from: 80, to: 80 },
      { from: 8_000, to: 8_999 },
    ]
    expect(listenRefusals(view, listens, { listenPorts })).toEqual([
      {
        resource: 'Gateway/edge',
        field: 'spec.native',
        message: expect.stringMatching(/^its text listens on port 81: .*listenPorts: \[81\]/),
      },
    ])
    expect(listenRefusals(view, listens, { listenPorts: undefined })).toEqual([])
  })
})
