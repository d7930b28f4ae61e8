import { describe, expect, it } from 'vitest'
import { carriedBy } from '../../src/engines/carried-by.ts'
import { engines } from '../../src/engines/index.ts'
import { FEATURES, type FeatureName } from '../../src/model/features/index.ts'
import { allFields } from '../../src/model/schema/explain.ts'

const engine = (name: 'haproxy' | 'nginx', ...features: FeatureName[]) => ({
  name,
  features: new Set(features),
  reasons: {},
})
const two = [
  engine(
    'haproxy',
    'Service.spec.tls',
    'HTTPRoute.spec.rules.filters.access.allow',
    'Service.spec.balance.hashOn=header',
  ),
  engine('nginx', 'Service.spec.balance.hashOn=path'),
]
const haproxyOnly = { engines: ['haproxy'], others: ['nginx'] }
const both = { engines: ['haproxy', 'nginx'], others: [] }

describe('carriedBy', () => {
  it.each([
    ['Service.spec.tls', haproxyOnly],
    ['Service.spec.tls.verify', haproxyOnly],
    ['HTTPRoute.spec.rules.filters.access.deny', haproxyOnly],
    ['Gateway.spec.listeners.port', both],
    ['Service.spec.balance.hashOn', both],
    ['TCPRoute.spec.parentRefs', { engines: [], others: ['haproxy', 'nginx'] }],
  ])('knows by whose feature a field goes: %s', (field, carriers) => {
    expect(carriedBy(field, two)[0]).toEqual(carriers)
  })

  it('tells values and fields below that have features of their own', () => {
    const parts = carriedBy('Service.spec.balance.hashOn', two).slice(1)
    expect(parts).toEqual([
      { part: 'sourceIP', engines: [], others: ['haproxy', 'nginx'] },
      { part: 'header', ...haproxyOnly },
      { part: 'cookie', engines: [], others: ['haproxy', 'nginx'] },
      { part: 'path', engines: ['nginx'], others: ['haproxy'] },
    ])
    expect(
      carriedBy('Service.spec.connections', two)
        .slice(1)
        .map(({ part }) => part),
    ).toEqual(['max', 'queue'])
  })

  it('tells what an engine needs for it, and why another has it not', () => {
    const name = 'Service.spec.slowStart'
    const withMore = { package: 'nginx-more', features: new Set<FeatureName>([name]) }
    const engines = [
      { ...engine('haproxy'), reasons: { [name]: 'it starts at once' } },
      { ...engine('nginx', name), extra: withMore },
    ]
    expect(carriedBy(name, engines)).toEqual([
      {
        engines: ['nginx'],
        others: ['haproxy'],
        packages: { nginx: 'nginx-more' },
        reasons: { haproxy: 'it starts at once' },
      },
    ])
  })

  it('asks the engines that there are', () => {
    const { length } = carriedBy('Gateway').flatMap((each) => [...each.engines, ...each.others])
    expect(length % engines.size).toBe(0)
  })

  it('sends nobody to an engine that has it not either', () => {
    const wrong = FEATURES.flatMap(({ name }) => {
      const [{ engines: carriers = [], reasons = {} } = {}] = carriedBy(name)
      return Object.entries(reasons).filter(([engine, reason]) =>
        [...engines.keys()]
          .filter((other) => other !== engine && new RegExp(`\\b${other}\\b`).test(reason))
          .some((other) => !carriers.includes(other)),
      )
    })
    expect(wrong).toEqual([])
  })

  it('finds every feature by a field that people can write', () => {
    const fields = new Set(allFields())
    for (const { name } of FEATURES) expect(fields).toContain(name.replace(/=.*$/, ''))
  })
})
