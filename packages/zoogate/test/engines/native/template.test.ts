import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { anyText } from '../../../../../test/support/any-text.ts'
import {
  renderTemplate,
  sampleServices,
  TemplateError,
} from '../../../src/engines/native/template.ts'
import type { Endpoint } from '../../../src/model/view/view.ts'

const endpoint = (id: string, parts: Partial<Endpoint> = {}): Endpoint => ({
  id,
  address: '10.0.0.1',
  port: 80,
  weight: 1,
  state: 'up',
  ...parts,
})
const shop = (...endpoints: Endpoint[]) => new Map([['shop', endpoints]])

const problemOf = (text: string, services = shop(endpoint('a')), renderMsMax?: number): string => {
  try {
    return `made: ${renderTemplate(text, services, renderMsMax)}`
  } catch (error) {
    expect(error).toBeInstanceOf(TemplateError)
    return (error as Error).message
  }
}

describe('a template', () => {
  it('has the endpoints that take requests, and all of them where it asks', () => {
    const services = shop(
      endpoint('a', { weight: 3 }),
      endpoint('b', { state: 'draining' }),
      endpoint('c', { state: 'down' }),
      endpoint('d', { weight: 0 }),
      endpoint('e', { address: 'fd00::1', port: 8080 }),
    )
    const text = `{% for e in services.shop.endpoints %}{{ e.name }} {{ e.authority }} {{ e.weight }}
{% endfor %}{% for e in services["shop"].all %}{{ e.name }}:{{ e.state }} {% endfor %}`
    expect(renderTemplate(text, services)).toBe(
      'a 10.0.0.1:80 3\ne [fd00::1]:8080 1\na:up b:draining c:down d:up e:up ',
    )
  })

  it('is taken as it is where it is none, whatever else is in it', () => {
    const text = 'log-format "%{+Q}o %[var(x)] {"\r\n}} %}'
    expect(renderTemplate(text, new Map())).toBe(text)
  })

  it.each([
    ['{{ services.shopp.endpoints }}', 'undefined variable: services.shopp'],
    ['{{ nothing }}', 'undefined variable: nothing'],
    ['{% for e in services.shop.endpoints %}', 'not closed'],
    ['{{ "a" | raw }}', 'undefined filter: raw'],
    ['{{ "a" | escape }}', 'undefined filter: escape'],
    ['{{ "2" | date: "%s" }}', 'undefined filter: date'],
    ['{% include "/etc/passwd" %}', 'tag "include" not found'],
    ['{% render "x" %}', 'tag "render" not found'],
    ['{% layout "x" %}', 'tag "layout" not found'],
    ['{% echo "x y" %}', 'tag "echo" not found'],
    ['{% liquid\necho "x" %}', 'tag "liquid" not found'],
    ['{% capture x %}a{% endcapture %}', 'tag "capture" not found'],
    ['{{ services.constructor }}', 'undefined variable: services.constructor'],
    ['{{ services.shop.endpoints }}', 'object cannot be written'],
    ['{{ "" }}', '"" cannot be written'],
    ['{{ "a b" }}', '"a b" cannot be written'],
    ['{{ true }}', 'boolean cannot be written'],
  ])('is refused: %s', (text, words) => {
    expect(problemOf(text)).toContain(words)
  })

  it('says where', () => {
    expect(problemOf('one\ntwo {{ services.x }}\n')).toMatch(/services\.x.*line:2, col:\d+/)
  })

  it('ends where it would take too much', () => {
    expect(problemOf('{% for i in (1..99999999) %}x{% endfor %}')).toContain('memory alloc limit')
    const nested =
      '{% for i in (1..5000) %}{% for j in (1..5000) %}xxxxxxxx{% endfor %}{% endfor %}'
    expect(problemOf(nested, new Map(), 100)).toContain('template render limit exceeded')
    expect(problemOf(`{{ "x" }}${'x'.repeat(256 * 1024)}`)).toContain('parse length limit')
  })

  it('is tried with endpoints that are none', () => {
    const text = '{{ services.a.endpoints[0].name }} {{ services.a.all.size }}'
    expect(renderTemplate(text, sampleServices(['a']))).toBe('sample-1 2')
  })
})

const CONTEXTS = ['server {{ x }} a', 'x "{{ x }}" b', "x '{{ x }}' b", 'x a{{ x }}b;', '{{ x }}']

test('nothing that is written begins or ends a word, a line or a comment, within quotes or without', () => {
  fc.assert(
    fc.property(anyText(), fc.constantFrom(...CONTEXTS), (name, context) => {
      const text = `{% for e in services.shop.endpoints %}${context.replace('x }}', 'e.name }}')}{% endfor %}`
      const made = problemOf(text, shop(endpoint(name)))
      if (!made.startsWith('made: ')) expect(made).toContain('cannot be written')
      else {
        expect(name).toMatch(/^[A-Za-z0-9._:/[\]-]+$/)
        expect(made).toBe(`made: ${context.replace('{{ x }}', name)}`)
      }
    }),
    { numRuns: 300 },
  )
})
