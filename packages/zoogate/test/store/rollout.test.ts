import { describe, expect, it } from 'vitest'
import { decodeRollout, nextRollout, type Rollout } from '../../src/store/rollout.ts'

const at = '2026-11-21T00:00:00.000Z'
const change = (revision: number, closureChanged: boolean) => ({
  revision,
  at,
  reason: 'apply',
  closureChanged,
})
const before: Rollout = {
  v: 1,
  stable: 3,
  target: 4,
  phase: 'rolling',
  batch: 2,
  onTarget: ['n1'],
  since: '2026-11-20T00:00:00.000Z',
  reason: 'apply',
}

describe('nextRollout', () => {
  it('has nothing to come from where the Gateway is new', () => {
    expect(nextRollout(undefined, change(1, true))).toMatchObject({
      stable: 1,
      target: 1,
      phase: 'done',
    })
  })

  it('moves along without a rollout where the closure did not change', () => {
    expect(nextRollout(before, change(5, false))).toMatchObject({
      stable: 5,
      target: 5,
      phase: 'done',
      onTarget: [],
    })
  })

  it('begins again where the closure changed, from the same stable revision', () => {
    expect(nextRollout(before, change(5, true))).toEqual({
      v: 1,
      stable: 3,
      target: 5,
      phase: 'rolling',
      batch: 0,
      onTarget: [],
      since: at,
      reason: 'apply',
    })
  })

  it('keeps what a later version wrote beside', () => {
    const later = { ...before, later: true }
    expect(nextRollout(later, change(5, true))).toMatchObject({ later: true })
    expect(decodeRollout(Buffer.from(JSON.stringify(later)), '/r')).toMatchObject({ later: true })
  })
})

it('a rollout that is none is refused', () => {
  for (const data of [null, Buffer.from('x'), Buffer.from('{"v":1}')]) {
    expect(() => decodeRollout(data, '/r')).toThrow(
      expect.objectContaining({ code: 'STORE_CORRUPT' }),
    )
  }
})
