import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { refusals } from '../../../src/engines/haproxy/refusals.ts'
import { render, renderService } from '../../../src/engines/haproxy/render.ts'
import { variantsByService } from '../../../src/engines/haproxy/variants.ts'
import type { View } from '../../../src/model/view.ts'
import { endpointOf, listenerOf, routeOf, serviceOf, viewOf } from '../support/views.ts'
import { CASES, healthCheck } from './cases.ts'
import { parseArguments, parseHaproxy } from './haproxy-grammar.ts'

const paths: EnginePaths = {
  folder: '/var/lib/zoogate/edge',
  current: '/var/lib/zoogate/edge/current',
  logs: '/var/log/zoogate/edge',
  run: '/run/zoogate/edge',
}
const context = { paths, generation: '7' }
const host = { user: 'haproxy', ipv6: true }

describe.each(Object.entries(CASES))('%s', (name, view) => {
  test('renders what was looked at', async () => {
    expect(refusals(view)).toEqual([])
    const text = [...render(view, context, host)].map(([file, each]) => `### ${file}\n${each}`)
    await expect(text.join('\n')).toMatchFileSnapshot(`golden/${name}.cfg`)
  })

  test('a service alone has the same bytes', () => {
    const files = render(view, context, host)
    const variants = variantsByService(view)
    for (const pool of view.services.values()) {
      expect(files.get(`service-${pool.name}.cfg`)).toBe(
        renderService(pool, variants.get(pool.name) ?? []),
      )
    }
  })
})

test('without root there is no user to change to, without IPv6 no such socket', () => {
  const view = viewOf({ listeners: [listenerOf(80, { address: '*' })] })
  const text = render(view, context, { user: undefined, ipv6: false }).get('00-haproxy.cfg')
  expect(text).not.toMatch(/^ +(user|group) /m)
  expect(text).toContain('bind 0.0.0.0:80')
  expect(text).not.toContain('v6only')
})

/**
 * Hostile text in every field of a view that is text: either the view is refused, or an independent
 * reader of the language finds the directives that are meant, and no other.
 */
test('no text of a view becomes anything but a word', () => {
  let carried = 0
  fc.assert(
    fc.property(hostileViews, (view) => {
      if (refusals(view).length > 0) return
      carried++
      const innocent = parse(innocentTwin(view))
      const lines = parse(view)
      expect(lines.map((words) => words.length)).toEqual(innocent.map((words) => words.length))
      expect(lines.map(([keyword]) => keyword)).toEqual(innocent.map(([keyword]) => keyword))
      const words = new Set(lines.flat())
      const [route] = view.routes
      for (const { name, value } of route?.headers ?? []) {
        if (value !== '') expect(words).toContain(value)
        const fetches = lines.filter(([word]) => word === 'acl').map((line) => line[2] ?? '')
        expect(fetches.filter((each) => each.startsWith('req.')).flatMap(parseArguments)).toContain(
          name,
        )
      }
      expect(words).toContain(`${decodeURIComponent(route?.path.value ?? '')}/`)
    }),
    { numRuns: 500 },
  )
  expect(carried).toBeGreaterThan(50)
})

const BAD = [
  ' ',
  '\n',
  '\r',
  '\t',
  '\0',
  '"',
  "'",
  '\\',
  '$',
  '#',
  '{',
  '}',
  '%[src]',
  ';',
  '-f',
  '&',
  '|',
  ')',
  ',',
  'é',
  '\ud800',
  '\u2028',
]
const hostile = (innocent: string) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constant(innocent) },
    {
      weight: 1,
      arbitrary: fc
        .array(fc.oneof(fc.constantFrom(...BAD), fc.string({ maxLength: 3 })), {
          minLength: 1,
          maxLength: 4,
        })
        .map((parts) => innocent + parts.join('')),
    },
  )
const printable = fc
  .array(fc.constantFrom(...`abc "'\\$#{}()%[];,&|-é`), { minLength: 1, maxLength: 12 })
  .map((characters) => characters.join('').trim())

const hostileViews: fc.Arbitrary<View> = fc
  .record({
    listener: hostile('http'),
    address: hostile('127.0.0.1'),
    id: hostile('shop.0.0'),
    hostname: hostile('shop.test'),
    path: printable.map((text) => `/x${text.replaceAll('%', '%25')}`),
    method: hostile('GET'),
    header: fc.oneof(hostile('x-a'), fc.constantFrom("x'a", 'x#a', 'x$a', 'x%a', 'x|a')),
    value: fc.oneof(printable, hostile('1')),
    service: hostile('shop'),
    cookie: fc.oneof(hostile('SID'), fc.constantFrom('S%D', "S'D", 'S#D', 'S$D')),
    check: hostile('/healthz'),
    endpoint: hostile('a'),
    endpointAddress: hostile('10.0.0.1'),
  })
  .map((text) =>
    viewOf({
      listeners: [listenerOf(80, { name: text.listener, address: text.address })],
      routes: [
        routeOf(text.service, {
          id: text.id,
          listeners: [text.listener],
          hostname: text.hostname,
          path: { type: 'Exact', value: text.path },
          method: text.method,
          headers: [{ name: text.header, value: text.value }],
        }),
      ],
      services: [
        serviceOf(
          text.service,
          [endpointOf(text.endpoint, 80, { address: text.endpointAddress })],
          {
            sessionPersistence: { type: 'Cookie', sessionName: text.cookie },
            healthCheck: {
              probe: { type: 'http', path: text.check, statusFrom: 200, statusTo: 399 },
              ...healthCheck,
            },
          },
        ),
      ],
    }),
  )

/** The same view with plain text in the fields that may be more. */
function innocentTwin(view: View): View {
  const [route] = view.routes
  return {
    ...view,
    routes: view.routes.map((each) => ({
      ...each,
      path: { type: 'Exact' as const, value: '/x' },
      headers: (route?.headers ?? []).map(({ value }) => ({
        name: 'x-a',
        value: value === '' ? '' : '1',
      })),
    })),
    services: new Map(
      [...view.services].map(([name, pool]) => [
        name,
        { ...pool, sessionPersistence: { type: 'Cookie' as const, sessionName: 'SID' } },
      ]),
    ),
  }
}

function parse(view: View): string[][] {
  return [...render(view, context, host).values()].flatMap(parseHaproxy)
}
