import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Resource, ResourceMap } from '../../src/model/resources/resource.ts'
import { changesBetween, hasChanges, mergeResources } from '../../src/store/merge-resources.ts'

const service = (name: string, max: number): Resource => ({
  apiVersion: 'zoogate/v1',
  kind: 'Service',
  metadata: { name },
  spec: { connections: { max } },
})

const state = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 3 }))
  .map(
    (entries): ResourceMap =>
      new Map(
        Object.entries(entries).map(([name, max]) => [`Service/${name}`, service(name, max)]),
      ),
  )

describe('mergeResources', () => {
  it('puts, keeps and takes out by kind and name', () => {
    const base = new Map([
      ['Service/a', service('a', 1)],
      ['Service/b', service('b', 1)],
      ['Service/c', service('c', 1)],
    ])
    const put = new Map([
      ['Service/b', service('b', 2)],
      ['Service/d', service('d', 1)],
    ])
    const { resources, changes } = mergeResources(base, put, ['Service/c', 'Service/d'])
    expect([...resources.keys()]).toEqual(['Service/a', 'Service/b', 'Service/d'])
    expect(changes).toEqual({
      created: ['Service/d'],
      updated: ['Service/b'],
      deleted: ['Service/c'],
    })
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(state, state, (base, put) => {
        const once = mergeResources(base, put)
        const twice = mergeResources(once.resources, put)
        expect(hasChanges(twice.changes)).toBe(false)
        expect(twice.resources).toEqual(once.resources)
      }),
    )
  })

  it('keeps what others wrote, in whichever order they did', () => {
    fc.assert(
      fc.property(state, state, state, (base, mine, theirs) => {
        const apart = new Map([...theirs].filter(([key]) => !mine.has(key)))
        const one = mergeResources(mergeResources(base, mine).resources, apart)
        const other = mergeResources(mergeResources(base, apart).resources, mine)
        expect(one.resources).toEqual(other.resources)
      }),
    )
  })

  it('names the changes that it made', () => {
    fc.assert(
      fc.property(state, state, (base, put) => {
        const { resources, changes } = mergeResources(base, put, base.keys())
        expect([...resources.keys()].sort()).toEqual([...put.keys()].sort())
        expect(changes).toEqual(changesBetween(base, put))
      }),
    )
  })
})
