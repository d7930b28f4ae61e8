import { describe, expect, test } from 'vitest'
import { httpd } from '../../../src/engines/httpd/index.ts'
import { render, renderService } from '../../../src/engines/httpd/render.ts'
import { CONTEXT, serviceOf, viewOf } from '../support/views.ts'
import { CASES } from './cases.ts'

/** Of 4,096 lines each: told by `buckets.test.ts`. */
const isLong = (file: string) => file.endsWith('.buckets.map')

/** The whole of it is in one of them, and a part of that in each. */
const isToldBy = (name: string, file: string) => name === 'edge' || file !== 'runtime/headers.lua'

describe('render', () => {
  test.each(Object.entries(CASES))('%s, byte for byte', async (name, view) => {
    expect(httpd.refusals(view)).toEqual([])
    for (const [file, text] of render(view, CONTEXT)) {
      if (isLong(file) || !isToldBy(name, file)) continue
      await expect(text).toMatchFileSnapshot(`golden/${name}/${file}`)
    }
  })

  test('gives equal bytes for equal views', () => {
    for (const view of Object.values(CASES)) {
      const copy = structuredClone(view)
      expect([...render(copy, CONTEXT)]).toEqual([...render(view, CONTEXT)])
    }
  })

  test('gives one service’s files as they are in the whole', () => {
    const view = CASES['routing']
    if (view === undefined) throw new Error('no such view')
    const whole = render(view, CONTEXT)
    const own = [...renderService(view, 'api')]
    expect(own.map(([name]) => name)).toEqual(['services/api.conf', 'services/api.json'])
    for (const [name, text] of own) expect(whole.get(name)).toBe(text)
    expect(renderService(view, 'nobody').size).toBe(0)
  })

  test('refuses what it cannot carry, even when nobody asked before', () => {
    const view = viewOf({ services: [serviceOf('shop', [], { algorithm: 'peakEWMA' })] })
    expect(() => render(view, CONTEXT)).toThrowError(
      expect.objectContaining({ code: 'ENGINE_INVALID' }),
    )
  })
})
