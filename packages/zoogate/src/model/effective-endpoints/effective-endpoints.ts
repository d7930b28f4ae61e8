import type { Endpoint } from '../view/view.ts'
import type { PoolInput } from './input.ts'
import { forget, membersOf, takeRegistrations } from './members.ts'
import { type PoolMemory, REMEMBERED_MAX, type Remembered } from './memory.ts'
import { type Difference, projectEndpoints } from './projection.ts'
import { protect } from './protection.ts'
import { nextWake } from './wake.ts'

export interface PoolStep {
  readonly memory: PoolMemory
  /** Sorted by id. */
  readonly endpoints: readonly Endpoint[]
  /** Sorted by id. */
  readonly differences: readonly Difference[]
  /** When the same input may give another answer; undefined: never. Always later than now. */
  readonly wakeAtMs: number | undefined
}

/**
 * Effective endpoints: what the engine shall have of one service, as a pure function of what
 * instances say, what operators say, what the checks see, what was before, and the clock.
 *
 * An instance that said `draining` or `down` and then vanishes has left: it goes at once. Any other
 * that vanishes, or whose data turns invalid, is lost: it is kept for `linger` while its check does
 * not fail. More than `maxLost` of the pool lost within `window` is a hold: all of them are kept
 * until they return or are replaced, somebody releases them, or `holdFor` ends. While ZooKeeper is
 * away nothing is removed. An override beats a registration, a registration beats health. The pool
 * is never emptied but by somebody's word: every instance said so, an operator did, or protection
 * is off.
 *
 * Calling it again with its own memory and the same input and time gives the same answer.
 * @param nowMs milliseconds since the epoch, from a clock that does not jump
 */
export function stepPool(memory: PoolMemory, input: PoolInput, nowMs: number): PoolStep {
  const before = notInFuture(memory, nowMs)
  const after = input.registry === 'away' ? before : decide(before, input, nowMs)
  const { endpoints, differences } = projectEndpoints(after, input, nowMs)
  return { memory: after, endpoints, differences, wakeAtMs: nextWake(after, input, nowMs) }
}

function decide(memory: PoolMemory, input: PoolInput, nowMs: number): PoolMemory {
  const members = membersOf(memory)
  const { leftDuringHold } = takeRegistrations(members, input, nowMs)
  const hold = protect(members, memory, { input, nowMs, leftDuringHold })
  forget(members, input, nowMs)
  const releasedAtMs = input.releasedAtMs ?? memory.releasedAtMs
  return {
    v: 1,
    instances: bounded([...members.values()]),
    ...(hold === undefined ? {} : { hold }),
    ...(releasedAtMs === undefined ? {} : { releasedAtMs }),
  }
}

/** A memory from before the host's clock was set back must not wait for times that never come. */
function notInFuture(memory: PoolMemory, nowMs: number): PoolMemory {
  const late = memory.instances.some((one) => (one.lostAtMs ?? 0) > nowMs)
  const { hold } = memory
  if (!late && (hold === undefined || hold.sinceMs <= nowMs)) return memory
  return {
    ...memory,
    instances: memory.instances.map((one) =>
      one.lostAtMs === undefined ? one : { ...one, lostAtMs: Math.min(one.lostAtMs, nowMs) },
    ),
    ...(hold === undefined ? {} : { hold: { ...hold, sinceMs: Math.min(hold.sinceMs, nowMs) } }),
  }
}

function bounded(instances: Remembered[]): Remembered[] {
  if (instances.length <= REMEMBERED_MAX) return instances
  const rank = { present: 0, waiting: 0, lost: 1, gone: 2 }
  return instances
    .sort((a, b) => rank[a.phase] - rank[b.phase] || (b.lostAtMs ?? 0) - (a.lostAtMs ?? 0))
    .slice(0, REMEMBERED_MAX)
}
