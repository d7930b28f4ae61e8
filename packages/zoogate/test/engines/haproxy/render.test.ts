import { describe, expect, test } from 'vitest'
import { refusals } from '../../../src/engines/haproxy/refusals.ts'
import { variantsByService } from '../../../src/engines/haproxy/render/variants.ts'
import { render, renderService } from '../../../src/engines/haproxy/render.ts'
import { CONTEXT, listenerOf, viewOf } from '../support/views.ts'
import { CASES } from './cases.ts'

const host = { user: 'haproxy', ipv6: true }

describe.each(Object.entries(CASES))('%s', (name, view) => {
  test('renders what was looked at', async () => {
    expect(refusals(view)).toEqual([])
    const text = [...render(view, CONTEXT, host)].map(([file, each]) => `### ${file}\n${each}`)
    await expect(text.join('\n')).toMatchFileSnapshot(`golden/${name}.cfg`)
  })

  test('a service alone has the same bytes', () => {
    const files = render(view, CONTEXT, host)
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
  const text = render(view, CONTEXT, { user: undefined, ipv6: false }).get('00-haproxy.cfg')
  expect(text).not.toMatch(/^ +(user|group) /m)
  expect(text).toContain('bind 0.0.0.0:80')
  expect(text).not.toContain('v6only')
})
