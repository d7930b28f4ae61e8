import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Engine, EngineError, type RenderedFiles } from '../../../src/engines/engine.ts'
import { haproxy } from '../../../src/engines/haproxy/index.ts'
import { httpd } from '../../../src/engines/httpd/index.ts'
import { nginx } from '../../../src/engines/nginx/index.ts'
import type { Endpoint, View } from '../../../src/model/view/view.ts'
import { hostility } from '../fuzz/hostile.ts'
import { parseHaproxy } from '../haproxy/haproxy-grammar.ts'
import { parseHttpd } from '../httpd/httpd-grammar.ts'
import { parseNginx } from '../nginx/nginx-grammar.ts'

/** An engine, a text with endpoints wherever authors may put them, and how a stranger reads the result. */
interface Subject {
  readonly engine: Engine
  readonly text: string
  readonly read: (files: RenderedFiles) => unknown
}

const each = (lines: string) => `{%- for e in services.shop.all %}\n${lines}\n{%- endfor %}\n`

const SUBJECTS: Readonly<Record<string, Subject>> = {
  haproxy: {
    engine: haproxy,
    text: `backend shop
${each(`  # {{ e.name }}
  server {{ e.name }} {{ e.authority }} weight {{ e.weight }} check # {{ e.name }}
  server s{{ e.port }} "{{ e.authority }}" id {{ e.port }}
  http-request set-header x-{{ e.name }} "a {{ e.name }} b" if { src {{ e.address }} }
  http-response set-header y '{{ e.name }} {{ e.weight }}'
  use-server {{ e.name }} if { path -m beg /{{ e.name }}/ }`)}`,
    read: (files) => parseHaproxy(files.get('50-native.cfg') ?? ''),
  },
  nginx: {
    engine: nginx,
    text: `events {}
http {
  upstream shop {
${each(`    # {{ e.name }}
    server {{ e.authority }} weight={{ e.weight }}; # {{ e.name }}
    server "{{ e.authority }}" weight={{ e.weight }};`)}  }
  map $uri $who {
${each(`    "~^/{{ e.name }}/" '{{ e.name }}';
    /{{ e.name }} {{ e.authority }};`)}  }
${each(`  server { listen {{ e.port }}; server_name {{ e.name }} "x {{ e.name }}"; add_header x{{e.name}}y 'z {{ e.address }}'; }`)}}
`,
    read: (files) => parseNginx(files.get('nginx.conf') ?? ''),
  },
  httpd: {
    engine: httpd,
    text: `<Proxy "balancer://shop">
${each(`  # {{ e.name }}
  BalancerMember "http://{{ e.authority }}" loadfactor={{ e.weight }} route={{ e.name }}
  Header set x-{{ e.name }} 'a {{ e.name }}' "expr=%{REQUEST_URI} =~ m#^/{{ e.name }}/#"
  Require ip {{ e.address }}`)}</Proxy>
${each(`<Location "/{{ e.name }}/">
  Define N{{ e.port }} {{ e.name }}
</Location>`)}`,
    read: (files) => parseHttpd(files.get('native.conf') ?? ''),
  },
}

const INNOCENT: Endpoint = {
  id: 'name7',
  address: '192.0.2.7',
  port: 8055,
  weight: 199,
  state: 'up',
}

function viewOf(text: string, endpoints: readonly Endpoint[]): View {
  const pool = {
    name: 'shop',
    algorithm: 'roundRobin' as const,
    endpoints,
    connections: { connectTimeoutMs: 1_000 },
  }
  return {
    gateway: 'edge',
    revision: 1,
    engine: 'haproxy',
    listeners: [],
    routes: [],
    services: new Map([['shop', pool]]),
    concurrency: { workers: 1, maxConnections: 100, keepAliveMs: 1_000 },
    native: { text },
  } as View
}

const PATHS = { folder: '/n', current: '/n/current', logs: '/n/logs', run: '/r' }

/** Undefined: it was refused. */
function rendered({ engine, text, read }: Subject, endpoints: readonly Endpoint[]): unknown {
  try {
    return read(engine.render(viewOf(text, endpoints), { paths: PATHS, generation: '1' }))
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError)
    expect(error).toMatchObject({ code: 'ENGINE_INVALID' })
    return undefined
  }
}

/** Each text of what was read, changed. */
function mapped(read: unknown, change: (text: string) => string): unknown {
  if (typeof read === 'string') return change(read)
  if (Array.isArray(read)) return read.map((each) => mapped(each, change))
  if (typeof read !== 'object' || read === null) return read
  return Object.fromEntries(
    Object.entries(read).map(([key, value]) => [key, mapped(value, change)]),
  )
}

/** What a service that means harm may register: any name, and whatever else the registration's schema let through. */
const hostileEndpoint = fc
  .record({
    name: fc.option(hostility, { nil: undefined, freq: 2 }),
    address: fc.option(hostility, { nil: undefined, freq: 3 }),
    weight: fc.option(fc.oneof(fc.integer(), fc.double(), hostility), { nil: undefined, freq: 3 }),
  })
  .map(({ name, address, weight }) => {
    const hostileWeight = typeof weight === 'object' ? weight.make('199') : (weight ?? 199)
    return {
      ...INNOCENT,
      id: name?.make(INNOCENT.id) ?? INNOCENT.id,
      address: address?.make(INNOCENT.address) ?? INNOCENT.address,
      // A number, the type says; and what would come of it if it were none.
      weight: hostileWeight as number,
    }
  })

describe.each(Object.entries(SUBJECTS))('%s', (_, subject) => {
  const innocent = rendered(subject, [INNOCENT])

  test('what an instance registers is within the words where its author put it, or refused', () => {
    expect(JSON.stringify(innocent)).toContain('name7')
    let carried = 0
    fc.assert(
      fc.property(hostileEndpoint, (endpoint) => {
        const read = rendered(subject, [endpoint])
        if (read === undefined) return
        carried += 1
        const { id, address, weight } = endpoint
        const host = address.includes(':') ? `[${address}]` : address
        const written: readonly (readonly [innocent: string, hostile: string])[] = [
          ['192.0.2.7:8055', `${host}:8055`],
          ['192.0.2.7', address],
          ['name7', id],
          ['199', String(weight)],
        ]
        const places = new RegExp(
          written.map(([text]) => text.replaceAll('.', '\\.')).join('|'),
          'g',
        )
        const expected = mapped(innocent, (text) =>
          text.replace(places, (found) => new Map(written).get(found) ?? ''),
        )
        expect(read).toEqual(expected)
      }),
      { numRuns: 400, seed: 6 },
    )
    expect(carried).toBeGreaterThan(40)
  })
})
