import { describe, expect, it } from 'vitest'
import { allFields, explainField } from '../../../src/model/schema/explain.ts'

describe('explainField', () => {
  it('tells value, meaning, default and what lies below', () => {
    expect(explainField('Gateway.spec.concurrency')).toEqual({
      explanation: {
        field: 'Gateway.spec.concurrency',
        value: 'object',
        meaning: 'How much the engine takes on at once.',
        required: false,
        fields: [
          {
            field: 'Gateway.spec.concurrency.workers',
            value: '"auto" or a number from 1 to 64',
            meaning: 'Worker processes or threads of the engine; `auto` is one for each core.',
            default: 'auto',
            required: false,
          },
          {
            field: 'Gateway.spec.concurrency.maxConnections',
            value: '1 to 1000000',
            meaning: 'Client connections at once, over all workers.',
            default: '20000',
            required: false,
          },
          {
            field: 'Gateway.spec.concurrency.keepAlive',
            value: 'a duration from 1s to 1h, such as "10s", "500ms" or "1m30s"',
            meaning: 'How long an idle client connection is kept open.',
            default: '60s',
            required: false,
          },
        ],
      },
    })
  })

  it.each([
    [
      'httproute.spec.rules[0].filters[2].cache.maxAge',
      'HTTPRoute.spec.rules.filters.cache.maxAge',
    ],
    ['Service.spec.protection.window', 'Service.spec.protection.window'],
    ['Service', 'Service'],
  ])('finds %s', (path, field) => {
    expect(explainField(path)).toMatchObject({ explanation: { field } })
  })

  it.each([
    ['Gatway', '', 'Gatway', 'Gateway'],
    ['Gateway.spec.listener', 'Gateway.spec', 'listener', 'listeners'],
    ['Gateway.spec.engine.x', 'Gateway.spec.engine', 'x', undefined],
    ['Gateway.constructor', 'Gateway', 'constructor', undefined],
    ['', '', '', undefined],
  ])('does not find %j', (path, known, unknown, nearest) => {
    const found = explainField(path)
    expect(found).toMatchObject({ known, unknown })
    expect('nearest' in found ? found.nearest : undefined).toBe(nearest)
  })

  it('finds every field that it completes, with a meaning', () => {
    for (const field of allFields()) {
      const found = explainField(field)
      if (!('explanation' in found)) throw new Error(`not found: ${field}`)
      expect(found.explanation.field).toBe(field)
      const plain = /\.(kind|spec)$|\.rules$|\.endpoints$|\.listeners$/.test(field)
      if (!plain) expect([field, found.explanation.meaning]).not.toEqual([field, ''])
    }
  })
})
