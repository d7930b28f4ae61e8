import { describe, expect, test } from 'vitest'
import type { EnginePaths } from '../../../src/engines/engine.ts'
import { refusals } from '../../../src/engines/haproxy/refusals.ts'
import { render, renderService } from '../../../src/engines/haproxy/render.ts'
import { variantsByService } from '../../../src/engines/haproxy/variants.ts'
import { listenerOf, viewOf } from '../support/views.ts'
import { CASES } from './cases.ts'

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
