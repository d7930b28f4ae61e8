import { describe, expect, it } from 'vitest'
import { type OwnershipFacts, ownershipStep } from '../../src/recipes/ephemeral-ownership.ts'

const data = Buffer.from('wanted')
const facts: OwnershipFacts = {
  seen: undefined,
  sessionId: 5n,
  formerSessionIds: new Set([3n, 4n]),
  written: { sessionId: 5n, version: 2, data },
  data,
}
const step = (more: Partial<OwnershipFacts>) => ownershipStep({ ...facts, ...more })
const seen = (ephemeralOwner: bigint, version = 2) => ({ ephemeralOwner, version })

describe('ownershipStep', () => {
  it('creates what is not there, whatever was written before', () => {
    expect(step({})).toEqual({ do: 'create' })
    expect(step({ written: undefined })).toEqual({ do: 'create' })
  })

  it('is content with our own znode as we wrote it', () => {
    expect(step({ seen: seen(5n) })).toEqual({ do: 'nothing' })
  })

  it('writes into our own znode: another state, meddled with, or its creation never answered', () => {
    const write = { do: 'write', version: 2 }
    expect(step({ seen: seen(5n), data: Buffer.from('newer') })).toEqual(write)
    expect(step({ seen: seen(5n), written: { sessionId: 5n, version: 1, data } })).toEqual(write)
    expect(step({ seen: seen(5n), written: undefined })).toEqual(write)
    expect(step({ seen: seen(5n), written: { sessionId: 4n, version: 2, data } })).toEqual(write)
  })

  it('replaces the znode of a former session, even one that holds the very same data', () => {
    expect(step({ seen: seen(4n) })).toEqual({ do: 'replace', version: 2 })
    expect(step({ seen: seen(3n), written: { sessionId: 3n, version: 2, data } })).toEqual({
      do: 'replace',
      version: 2,
    })
  })

  it('waits for a stranger, and for a persistent znode', () => {
    expect(step({ seen: seen(9n) })).toEqual({ do: 'wait', owner: 9n, version: 2 })
    expect(step({ seen: seen(0n) })).toEqual({ do: 'wait', owner: 0n, version: 2 })
  })
})
