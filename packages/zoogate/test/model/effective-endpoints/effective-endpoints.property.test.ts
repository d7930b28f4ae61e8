import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepPool } from '../../../src/model/effective-endpoints/effective-endpoints.ts'
import type { PoolInput } from '../../../src/model/effective-endpoints/input.ts'
import {
  EMPTY_POOL_MEMORY,
  type PoolMemory,
  REMEMBERED_MAX,
} from '../../../src/model/effective-endpoints/memory.ts'
import type { Protection } from '../../../src/model/view/service-settings.ts'

const ids = ['a', 'b', 'c', 'd', 'e', 'f']
const id = fc.constantFrom(...ids)
const said = fc.constantFrom('up', 'draining', 'down')

/** What may happen to one service, in any order. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('register' as const), id, said }) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('vanish' as const), ids: fc.subarray(ids) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('spoil' as const), id }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('registry' as const), away: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('health' as const),
      id,
      health: fc.constantFrom('passing' as const, 'failing' as const, 'unknown' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('override' as const),
      id,
      said: fc.option(said, { nil: undefined }),
      forMs: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('release' as const) }) },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never
const passing = fc.record({
  what: happening,
  ms: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 1_000_000 })),
})
const protection: fc.Arbitrary<Protection> = fc.record({
  maxLost: fc.double({ min: 0, max: 1, noNaN: true }),
  windowMs: fc.integer({ min: 100, max: 60_000 }),
  lingerMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30_000 })),
  holdForMs: fc.integer({ min: 1_000, max: 900_000 }),
})
const course = fc.record({
  protection: fc.option(protection, { nil: undefined }),
  checkedBy: fc.constantFrom('engine' as const, 'agent' as const),
  passings: fc.array(passing, { maxLength: 60 }),
})
type Course = typeof course extends fc.Arbitrary<infer T> ? T : never

interface Moment {
  readonly input: PoolInput
  readonly memory: PoolMemory
  readonly nowMs: number
  readonly what: Happening
  readonly step: ReturnType<typeof stepPool>
}

function* follow({ protection, checkedBy, passings }: Course): Generator<Moment> {
  let nowMs = 1_000_000_000
  let memory = EMPTY_POOL_MEMORY
  let input: PoolInput = {
    service: 'shop',
    registered: new Map(),
    invalid: new Map(),
    overrides: new Map(),
    health: new Map(),
    checkedBy,
    registry: 'synced',
    protection,
  }
  for (const { what, ms } of passings) {
    nowMs += ms
    input = happen(input, what, nowMs)
    const step = stepPool(memory, input, nowMs)
    yield { input, memory, nowMs, what, step }
    memory = step.memory
  }
}

function happen(input: PoolInput, what: Happening, nowMs: number): PoolInput {
  switch (what.type) {
    case 'register': {
      const registration = {
        address: '10.0.0.1',
        port: 1 + ids.indexOf(what.id),
        weight: 1,
        state: what.said,
      }
      return {
        ...input,
        registered: new Map(input.registered).set(what.id, registration),
        invalid: without(input.invalid, [what.id]),
      }
    }
    case 'vanish':
      return {
        ...input,
        registered: without(input.registered, what.ids),
        invalid: without(input.invalid, what.ids),
      }
    case 'spoil':
      return {
        ...input,
        registered: without(input.registered, [what.id]),
        invalid: new Map(input.invalid).set(what.id, 'bad'),
      }
    case 'registry':
      return { ...input, registry: what.away ? 'away' : 'synced' }
    case 'health':
      return { ...input, health: new Map(input.health).set(what.id, what.health) }
    case 'override': {
      const until = what.forMs === undefined ? {} : { until: nowMs + what.forMs }
      const word = { v: 1 as const, by: 'ann', ...until }
      return {
        ...input,
        overrides:
          what.said === undefined
            ? without(input.overrides, [what.id])
            : new Map(input.overrides).set(what.id, { ...word, state: what.said }),
      }
    }
    case 'release':
      return { ...input, releasedAtMs: nowMs }
  }
}

function without<V>(map: ReadonlyMap<string, V>, gone: readonly string[]): ReadonlyMap<string, V> {
  return new Map([...map].filter(([key]) => !gone.includes(key)))
}

const holds = (predicate: (moments: Moment[]) => void) =>
  fc.assert(
    fc.property(course, (taken) => predicate([...follow(taken)])),
    { numRuns: 400 },
  )

/** As `expect(found).toEqual(wanted)`, which costs more than a step: of plain data most is the same to the letter. */
function expectEqual(found: unknown, wanted: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found).toEqual(wanted)
}

const idsOf = (step: Moment['step']) => step.endpoints.map((endpoint) => endpoint.id)

/** Who says up: the operator's word, else the instance's own. */
function saysUp(one: { id: string; state: string }, { input, nowMs }: Moment): boolean {
  const override = input.overrides.get(one.id)
  const inForce = override !== undefined && (override.until === undefined || nowMs < override.until)
  return ((inForce && override.state) || one.state) === 'up'
}

describe('whatever happens, effective endpoints', () => {
  it('lose none while ZooKeeper is away (F1)', () => {
    holds((moments) => {
      for (const [index, { input, step }] of moments.entries()) {
        const before = moments[index - 1]
        if (input.registry === 'away' && before !== undefined) {
          expectEqual(idsOf(step), idsOf(before.step))
        }
      }
    })
  })

  it('are never emptied but by somebody’s word (F3)', () => {
    holds((moments) => {
      for (const [index, moment] of moments.entries()) {
        const { input, step, what } = moment
        const before = moments[index - 1]
        if (input.protection === undefined || before === undefined) continue
        const released = input.releasedAtMs !== before.step.memory.releasedAtMs
        if (what.type === 'override' || released) continue
        // Somebody was up in the pool and did not take it back now, nor did an operator by then.
        const served = before.step.memory.instances.filter(
          (one) => one.phase !== 'gone' && saysUp(one, moment),
        )
        const still = served.filter((one) => (input.registered.get(one.id)?.state ?? 'up') === 'up')
        if (still.length > 0 && step.endpoints.length === 0) expect(still).toEqual([])
      }
    })
  })

  it('hold every instance that says up, but for damped ones, and nobody who said otherwise as up', () => {
    holds((moments) => {
      for (const moment of moments) {
        const { input, step } = moment
        if (input.registry === 'away') continue
        for (const [one, registration] of input.registered) {
          const endpoint = step.endpoints.find((other) => other.id === one)
          const up = saysUp({ id: one, state: registration.state }, moment)
          if (!up && endpoint?.state === 'up') expect(endpoint.state).not.toBe('up')
          const damped = step.memory.instances.some((m) => m.id === one && m.phase === 'waiting')
          if (!damped && endpoint === undefined) expect(endpoint).toBeDefined()
        }
      }
    })
  })

  it('explain each endpoint that is not as registered', () => {
    holds((moments) => {
      for (const { input, step } of moments) {
        if (input.registry === 'away') continue
        const explained = new Set(step.differences.map((difference) => difference.id))
        for (const endpoint of step.endpoints) {
          const registration = input.registered.get(endpoint.id)
          const isOther = registration?.state !== endpoint.state
          if (isOther && !explained.has(endpoint.id)) expect(explained).toContain(endpoint.id)
        }
        for (const one of input.registered.keys()) {
          const isAbsent = !idsOf(step).includes(one)
          if (isAbsent && !explained.has(one)) expect(explained).toContain(one)
        }
      }
    })
  })

  it('are what is registered, exactly, where protection is off', () => {
    holds((moments) => {
      for (const { input, step } of moments) {
        if (input.protection !== undefined || input.registry === 'away') continue
        expectEqual(idsOf(step), [...input.registered.keys()].sort())
      }
    })
  })

  it('are the same when asked again, and until the time to wake', () => {
    holds((moments) => {
      for (const { input, nowMs, step } of moments) {
        const again = stepPool(step.memory, input, nowMs)
        expectEqual(again.endpoints, step.endpoints)
        expectEqual(again.memory, step.memory)
        const { wakeAtMs } = step
        if (wakeAtMs !== undefined && wakeAtMs <= nowMs) expect(wakeAtMs).toBeGreaterThan(nowMs)
        const justBefore = stepPool(step.memory, input, (wakeAtMs ?? nowMs + 10_000_000) - 1)
        expectEqual(justBefore.endpoints, step.endpoints)
      }
    })
  })

  it('come to what is registered once all is quiet, if anybody is up', () => {
    holds((moments) => {
      const last = moments.at(-1)
      if (last === undefined) return
      const input: PoolInput = { ...last.input, registry: 'synced', overrides: new Map() }
      let { memory } = last.step
      let { nowMs } = last
      // As the agent does: once now, then each time that it was told to.
      for (let wakes = 0; wakes < 50; wakes += 1) {
        const step = stepPool(memory, input, nowMs)
        memory = step.memory
        if (step.wakeAtMs === undefined) break
        nowMs = step.wakeAtMs
      }
      const settled = stepPool(memory, input, nowMs)
      expect(settled.wakeAtMs).toBeUndefined()
      const up = [...input.registered].filter(
        ([one, { state }]) => state === 'up' && input.health.get(one) !== 'failing',
      )
      if (up.length > 0) expect(idsOf(settled)).toEqual([...input.registered.keys()].sort())
    })
  })

  it('survive the way through JSON', () => {
    holds((moments) => {
      for (const { input, nowMs, step } of moments) {
        const memory = JSON.parse(JSON.stringify(step.memory)) as PoolMemory
        expectEqual(stepPool(memory, input, nowMs).endpoints, step.endpoints)
      }
    })
  })
})

describe('the memory', () => {
  const registration = { address: '10.0.0.1', port: 80, weight: 1, state: 'up' as const }
  const base: Omit<PoolInput, 'registered'> = {
    service: 'shop',
    invalid: new Map(),
    overrides: new Map(),
    health: new Map(),
    checkedBy: 'engine',
    registry: 'synced',
    protection: { maxLost: 0.5, windowMs: 10_000, lingerMs: 5_000, holdForMs: 900_000 },
  }

  /** So many that the second wave is over the bound. */
  const WAVE = 0.55 * REMEMBERED_MAX

  it('is bounded, however many instances come and go, and never forgets one that is there', () => {
    let memory = EMPTY_POOL_MEMORY
    for (let wave = 0; wave < 3; wave += 1) {
      const registered = new Map(
        Array.from({ length: WAVE }, (_, index) => [
          `w${wave}-${index}`,
          { ...registration, address: `10.${wave}.${index >> 8}.${index & 255}` },
        ]),
      )
      const step = stepPool(memory, { ...base, registered }, 1_000 + wave)
      memory = step.memory
      expect(memory.instances.length).toBeLessThanOrEqual(REMEMBERED_MAX)
      const there = new Set(idsOf(step))
      expect([...registered.keys()].filter((one) => !there.has(one))).toEqual([])
    }
  })

  it('forgets who is gone once neither loss nor flapping counts', () => {
    const here = new Map([['a', registration]])
    const both = new Map(here).set('b', { ...registration, port: 81 })
    let step = stepPool(EMPTY_POOL_MEMORY, { ...base, registered: both }, 0)
    step = stepPool(step.memory, { ...base, registered: here }, 1)
    step = stepPool(step.memory, { ...base, registered: here }, 5_001)
    expect(step.memory.instances.map((one) => one.phase).sort()).toEqual(['gone', 'present'])
    step = stepPool(step.memory, { ...base, registered: here }, 20_000)
    expect(step.memory.instances.map((one) => one.id)).toEqual(['a'])
  })
})
