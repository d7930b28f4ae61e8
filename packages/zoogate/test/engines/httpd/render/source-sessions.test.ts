import { describe, expect, test } from 'vitest'
import { refusals } from '../../../../src/engines/httpd/refusals.ts'
import {
  routesFile,
  routesText,
  SESSIONS_SCRIPT,
  sessionsFile,
  sessionsScript,
} from '../../../../src/engines/httpd/render/source-sessions.ts'
import { render } from '../../../../src/engines/httpd/render.ts'
import type { ServicePool } from '../../../../src/model/view/view.ts'
import { CONTEXT, endpointOf, routeOf, serviceOf, viewOf } from '../../support/views.ts'

const endpoints = [
  endpointOf('a', 3001),
  endpointOf('b', 3002, { state: 'draining' }),
  endpointOf('c', 3003, { weight: 0 }),
  endpointOf('d', 3004, { state: 'down' }),
]

function viewWith(parts: Partial<ServicePool>) {
  return viewOf({ routes: [routeOf('shop')], services: [serviceOf('shop', endpoints, parts)] })
}

const byAddress = { sessionPersistence: { type: 'SourceIP' } } as const

describe('sessions by address', () => {
  test('go on at whoever is not down', () => {
    expect(routesText({ endpoints })).toBe('a\nb\nc\n')
  })

  test('have a table of their own, which is empty in a generation', () => {
    const files = render(viewWith(byAddress), CONTEXT)
    expect(files.get(`runtime/${sessionsFile('shop')}`)).toBe('')
    expect(files.get(`runtime/${routesFile('shop')}`)).toBe('a\nb\nc\n')
    expect(files.get('httpd.conf')).toContain('E=zoogate_keep:shop')
  })

  test('cost nothing where nobody has them', () => {
    const files = render(viewWith({}), CONTEXT)
    expect([...files.keys()].filter((name) => /sessions|routes$/.test(name))).toEqual([])
    expect(files.get('httpd.conf')).not.toContain(SESSIONS_SCRIPT)
  })

  test('name their files so that Lua reads the name that it is', () => {
    const script = sessionsScript({ run: '/run/"..os.exit()\n\\z' })
    const [, literal = ''] = /^local FILES = "(.*)"$/m.exec(script) ?? []
    const read = literal.replace(/\\(\d{3})/g, (_, byte) => String.fromCharCode(Number(byte)))
    expect(read).toBe('/run/"..os.exit()\n\\z/httpd-')
    expect(literal).not.toMatch(/"|\\(?!\d{3})/)
  })

  test('are refused where the balancer alone knows where a new address goes', () => {
    const refused = refusals(viewWith({ ...byAddress, algorithm: 'leastRequest' }))
    expect(refused).toMatchObject([{ field: expect.stringContaining('sessionPersistence') }])
    expect(refusals(viewWith({ ...byAddress, algorithm: 'consistentHash' }))).toEqual([])
  })
})
