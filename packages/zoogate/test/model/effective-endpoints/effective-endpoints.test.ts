import { describe, expect, it } from 'vitest'
import { COMING_REFILL_MS, COMINGS_MAX } from '../../../src/model/effective-endpoints/damping.ts'
import { PoolStory, PROTECTION } from '../pool-story.ts'

const withoutCheck = { protection: { ...PROTECTION, lingerMs: 0 } }
const health = (states: Record<string, 'passing' | 'failing'>) => ({
  health: new Map(Object.entries(states)),
})
const override = (id: string, word: object) => ({
  overrides: new Map([[id, { v: 1 as const, by: 'ann', ...word }]]),
})

describe('what registrations say', () => {
  it('is what the engine gets, with nothing to explain', () => {
    const story = new PoolStory().register('a', 'b').say('draining', 'c').say('down', 'd')
    expect(story.after()).toBe('a b c:draining d:down')
    expect(story.reasons()).toBe('')
    expect(story.last?.wakeAtMs).toBeUndefined()
  })

  it('lets who said draining or down and then vanishes go at once', () => {
    const story = new PoolStory().register('a', 'b', 'c')
    story.after()
    story.say('draining', 'b').say('down', 'c').after(1000)
    expect(story.vanish('b', 'c').after(1)).toBe('a')
  })

  it('lets the whole pool go where everybody said so', () => {
    const story = new PoolStory().register('a', 'b')
    story.after()
    story.say('down', 'a', 'b').after(1)
    expect(story.vanish('a', 'b').after(1)).toBe('')
  })
})

describe('linger', () => {
  it('keeps a lost instance while its check passes, then lets it go', () => {
    const story = new PoolStory(health({ b: 'passing' })).register('a', 'b', 'c')
    story.after()
    expect(story.vanish('b').after(100)).toBe('a b c')
    expect(story.reasons()).toMatch(/^b absent>up its registration vanished at .*; kept until/)
    expect(story.last?.wakeAtMs).toBe(story.nowMs + 5_000)
    expect(story.after(4_999)).toBe('a b c')
    expect(story.after(1)).toBe('a c')
    expect(story.reasons()).toBe('')
  })

  it('ends with the first failed check', () => {
    const story = new PoolStory(health({ b: 'passing' })).register('a', 'b', 'c')
    story.after()
    story.vanish('b').after(100)
    expect(story.set(health({ b: 'failing' })).after(200)).toBe('a c')
  })

  it('is nothing where nothing is checked', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c')
    story.after()
    expect(story.vanish('b').after(1)).toBe('a c')
  })

  it('goes unseen by the engine where the same id comes back in time (F7)', () => {
    const story = new PoolStory(health({ b: 'passing' })).register('a', 'b', 'c')
    story.after()
    expect(story.vanish('b').after(1)).toBe('a b c')
    expect(story.register('b').after(3_000)).toBe('a b c')
    expect(story.after(60_000)).toBe('a b c')
  })

  it('counts data that turns invalid as a loss, with the last good value', () => {
    const story = new PoolStory().register('a', 'b', 'c')
    story.after()
    story.vanish('b').set({ invalid: new Map([['b', 'the data is not JSON']]) })
    expect(story.after(1)).toBe('a b c')
    expect(story.reasons()).toContain('its data is no longer valid (the data is not JSON)')
    expect(story.after(5_000)).toBe('a c')
  })

  it('never begins for what was invalid from the start', () => {
    const story = new PoolStory({ invalid: new Map([['x', 'the znode is empty']]) }).register('a')
    expect(story.after()).toBe('a')
  })
})

describe('a hold (F3)', () => {
  it('keeps all when more than maxLost go within the window', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    expect(story.vanish('b', 'c', 'd').after(1)).toBe('a b c d')
    expect(story.reasons()).toContain('held: 3 of 4 were lost at once')
    expect(story.reasons()).toContain('`zoogate release shop`')
    expect(story.after(899_999)).toBe('a b c d')
    expect(story.after(1)).toBe('a')
  })

  it('does not begin with exactly maxLost', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    expect(story.vanish('c', 'd').after(1)).toBe('a b')
  })

  it('adds up what is lost one by one, and brings back who went before it was seen', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    expect(story.vanish('b').after(1_000)).toBe('a c d')
    expect(story.vanish('c').after(4_000)).toBe('a d')
    expect(story.vanish('d').after(4_000)).toBe('a b c d')
  })

  it('does not add up what is lost further apart than the window', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    story.vanish('b').after(1_000)
    story.vanish('c').after(10_000)
    expect(story.vanish('d').after(10_000)).toBe('a')
  })

  it('does not count who left', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    story.say('down', 'b', 'c').after(1)
    expect(story.vanish('b', 'c').after(1)).toBe('a d')
    expect(story.vanish('d').after(1)).toBe('a')
  })

  it('ends for those who return, one by one', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    story.vanish('b', 'c', 'd').after(1)
    expect(story.register('b').after(60_000)).toBe('a b c d')
    expect(story.reasons()).not.toMatch(/^b/)
    expect(story.register('c', 'd').after(1)).toBe('a b c d')
    expect(story.last?.memory.hold).toBeUndefined()
  })

  it('takes an instance at the address of a lost one for its return', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    story.vanish('b', 'c', 'd').after(1)
    expect(story.register('x@b').after(1)).toBe('a c d x')
  })

  it('ends when as many are there as before, whoever they are', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b')
    story.after()
    expect(story.vanish('a', 'b').after(1)).toBe('a b')
    expect(story.register('x').after(20_000)).toBe('a b x')
    expect(story.register('y').after(1)).toBe('x y')
  })

  it('asks for fewer newcomers where some of the rest left meanwhile', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd', 'e')
    story.after()
    expect(story.vanish('c', 'd', 'e').after(1)).toBe('a b c d e')
    story.say('down', 'a').after(1)
    story.vanish('a').after(1)
    expect(story.register('x', 'y').after(1)).toBe('b c d e x y')
    expect(story.register('z').after(1)).toBe('b x y z')
  })

  it('ends by acknowledgement, even for the whole pool, whatever the clocks say', () => {
    const story = new PoolStory({ ...withoutCheck, releasedAtMs: 5 }).register('a', 'b')
    story.after()
    expect(story.vanish('a', 'b').after(1)).toBe('a b')
    expect(story.set({ releasedAtMs: 6 }).after(1)).toBe('')
  })

  it('is not ended by an acknowledgement from before', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b')
    story.after()
    story.set({ releasedAtMs: 5 }).after(1)
    expect(story.vanish('a', 'b').after(1)).toBe('a b')
    expect(story.after(1)).toBe('a b')
  })

  it('lets the next pool be judged by its own size after a scale-in', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const story = new PoolStory(withoutCheck).register(...ids)
    story.after()
    expect(story.vanish(...ids.slice(2)).after(1)).toBe(ids.join(' '))
    expect(story.after(900_000)).toBe('a b')
    expect(story.vanish('b').after(1)).toBe('a')
    expect(story.register('b').after(60_000)).toBe('a b')
    expect(story.vanish('a', 'b').after(60_000)).toBe('a b')
  })

  it('judges losses at its end anew', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c', 'd')
    story.after()
    story.vanish('b', 'c', 'd').after(1)
    story.register('b', 'c').after(10)
    story.vanish('b', 'c').after(899_980)
    expect(story.after(10)).toBe('a b c')
    expect(story.last?.memory.hold?.lost).toBe(2)
  })
})

describe('the last of a pool', () => {
  it('stays until another is there, whatever the linger and the hold', () => {
    const never = { protection: { ...PROTECTION, maxLost: 1, lingerMs: 0 } }
    const story = new PoolStory(never).register('a', 'b')
    story.after()
    expect(story.vanish('a').after(1)).toBe('b')
    expect(story.vanish('b').after(60_000)).toBe('b')
    expect(story.reasons()).toContain('nothing else serves')
    expect(story.after(3_600_000)).toBe('b')
    expect(story.register('c').after(1)).toBe('c')
  })

  it('stays after the hold is over', () => {
    const story = new PoolStory(withoutCheck).register('a')
    story.after()
    story.vanish('a').after(1)
    expect(story.after(900_000)).toBe('a')
    expect(story.last?.memory.hold).toBeUndefined()
  })

  it('stays while the others are all on their way out', () => {
    const never = { protection: { ...PROTECTION, maxLost: 1, lingerMs: 0 } }
    const story = new PoolStory(never).register('a').say('draining', 'b')
    story.after()
    expect(story.vanish('a').after(1)).toBe('a b:draining')
  })

  it('goes where protection is off', () => {
    const story = new PoolStory({ protection: undefined }).register('a')
    story.after()
    expect(story.vanish('a').after(1)).toBe('')
    expect(story.last?.memory.instances).toEqual([])
  })
})

describe('ZooKeeper away (F1)', () => {
  it('removes nothing, whatever the clock says', () => {
    const story = new PoolStory().register('a', 'b', 'c')
    story.after()
    story.vanish('c').after(1)
    story.vanish('a', 'b').set({ registry: 'away' })
    expect(story.after(3_600_000)).toBe('a b c')
    expect(story.reasons()).toContain('kept: ZooKeeper is away')
    expect(story.last?.wakeAtMs).toBeUndefined()
  })

  it('counts whatever is missing after it as lost', () => {
    const story = new PoolStory(health({ a: 'passing' })).register('a', 'b', 'c')
    story.after()
    story.set({ registry: 'away' }).after(1)
    story.vanish('a').set({ registry: 'synced' })
    expect(story.after(60_000)).toBe('a b c')
    expect(story.after(5_000)).toBe('b c')
  })

  it('goes on hearing operators and checks', () => {
    const story = new PoolStory({ checkedBy: 'agent' }).register('a', 'b')
    story.after()
    story.set({
      registry: 'away',
      ...override('a', { state: 'down' }),
      ...health({ b: 'failing' }),
    })
    expect(story.after(1)).toBe('a:down b:down')
  })
})

describe('overrides and health', () => {
  it('let an override beat the registration, with its reason, until its time', () => {
    const story = new PoolStory().register('a').say('down', 'b')
    const until = story.nowMs + 1_000
    story.set({
      overrides: new Map([
        ['a', { v: 1, by: 'ann', state: 'draining', reason: 'disk', until }],
        ['b', { v: 1, by: 'bob', state: 'up', weight: 5 }],
      ]),
    })
    expect(story.after()).toBe('a:draining b')
    expect(story.reasons()).toBe(
      'a up>draining made draining by ann: disk\nb down>up made up by bob; weight 5 instead of 1 by bob',
    )
    expect(story.last?.endpoints[1]?.weight).toBe(5)
    expect(story.last?.wakeAtMs).toBe(until)
    expect(story.after(1_000)).toBe('a b')
  })

  it('take an instance that an operator drained for one that leaves', () => {
    const story = new PoolStory(override('a', { state: 'draining' })).register('a', 'b')
    story.after()
    expect(story.vanish('a').after(1)).toBe('b')
  })

  it('let an operator empty the pool', () => {
    const story = new PoolStory().register('a')
    story.after()
    story.vanish('a').after(1)
    expect(story.set(override('a', { state: 'down' })).after(1)).toBe('')
  })

  it('make an endpoint that fails the agent’s check down, and leave the engine’s to the engine', () => {
    const story = new PoolStory({ checkedBy: 'agent', ...health({ a: 'failing' }) })
    expect(story.register('a', 'b').after()).toBe('a:down b')
    expect(story.reasons()).toBe('a up>down it fails its health check')
    expect(story.set({ checkedBy: 'engine' }).after()).toBe('a b')
    expect(story.reasons()).toBe('a up>down it fails its health check')
  })
})

describe('damping (F8)', () => {
  const flap = (story: PoolStory, times: number) => {
    let comings = 0
    for (let time = 0; time < times; time += 1) {
      story.vanish('x').after(50)
      if (story.register('x').after(50).includes('x')) comings += 1
    }
    return comings
  }

  it('bounds how often one instance comes, and leaves the rest alone', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'x')
    story.after()
    const comings = flap(story, 1_210)
    expect(comings).toBeLessThanOrEqual(COMINGS_MAX + Math.ceil(120_000 / COMING_REFILL_MS))
    expect(comings).toBeGreaterThanOrEqual(COMINGS_MAX)
    expect(story.after()).toMatch(/^a b/)
    expect(story.reasons()).toContain('came and went too often')
    const wakeAtMs = story.last?.wakeAtMs ?? 0
    expect(story.after(wakeAtMs - story.nowMs - 1)).toBe('a b')
    expect(story.after(1)).toBe('a b x')
  })

  it('never delays a going', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'x')
    story.after()
    for (let time = 0; time < 500; time += 1) {
      story.register('x').after(10)
      expect(story.vanish('x').after(10)).toBe('a b')
    }
  })

  it('admits a flapping instance where it is the only one', () => {
    const story = new PoolStory(withoutCheck).register('a', 'x')
    story.after()
    flap(story, 310)
    expect(story.after()).toBe('a')
    story.say('down', 'a').after(1)
    expect(story.after(0)).toBe('a:down x')
  })

  it('gives way to an operator', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'x')
    story.after()
    flap(story, 310)
    expect(story.after()).toBe('a b')
    expect(story.set(override('x', { state: 'up' })).after()).toBe('a b x')
  })

  it('is off where protection is', () => {
    const story = new PoolStory({ protection: undefined }).register('a', 'x')
    story.after()
    expect(flap(story, 300)).toBe(300)
  })

  it('damps an instance that toggles its own state, without hiding it', () => {
    const story = new PoolStory(withoutCheck).register('a', 'x')
    story.after()
    for (let time = 0; time < 200; time += 1) {
      story.say('draining', 'x').after(10)
      story.say('up', 'x').after(10)
    }
    expect(story.after()).toBe('a x:draining')
  })
})

describe('a clock set back before a restart', () => {
  it('delays nothing beyond its usual time', () => {
    const story = new PoolStory(withoutCheck).register('a', 'b', 'c')
    story.after()
    story.vanish('b', 'c').after(1)
    expect(story.after(-3_600_000)).toBe('a b c')
    expect(story.after(900_000)).toBe('a')
  })
})
