import type { Protection } from '../view/service-settings.ts'
import type { PoolInput } from './input.ts'
import type { Members } from './members.ts'
import type { Hold, PoolMemory, Remembered } from './memory.ts'
import { saidState } from './override.ts'

interface Situation {
  readonly input: PoolInput
  readonly nowMs: number
  /** Instances that counted into a hold's pool and took themselves out of it. */
  readonly leftDuringHold: number
}

/**
 * Decides which of the lost members stay, once it is known who is lost.
 * @returns the hold that is in force afterwards
 */
export function protect(
  members: Members,
  before: PoolMemory,
  { input, nowMs, leftDuringHold }: Situation,
): Hold | undefined {
  const { protection } = input
  if (protection === undefined) {
    for (const one of lost(members)) letGo(members, one)
    return undefined
  }
  let hold = before.hold
  if (isReleased(before, input)) {
    release(members, before)
    hold = undefined
  }
  if (hold !== undefined) {
    const poolSize = hold.poolSize - leftDuringHold
    hold = goOnHolding(members, { ...hold, poolSize }, { protection, nowMs })
  }
  hold ??= beginHold(members, protection, nowMs)
  if (hold === undefined) endLingering(members, input, { protection, nowMs })
  return hold
}

/**
 * An acknowledgement counts when it is first seen, for what was lost by then: hosts' clocks differ,
 * so its time is only compared with that of the acknowledgement before it.
 */
function isReleased(before: PoolMemory, input: PoolInput): boolean {
  return input.releasedAtMs !== undefined && input.releasedAtMs !== before.releasedAtMs
}

function release(members: Members, before: PoolMemory): void {
  for (const { id, lostAtMs } of before.instances) {
    const member = members.get(id)
    if (lostAtMs !== undefined && member?.lostAtMs !== undefined) letGo(members, member)
  }
}

/** The hold, unless it ends now. */
function goOnHolding(
  members: Members,
  hold: Hold,
  { protection, nowMs }: { protection: Protection; nowMs: number },
): Hold | undefined {
  const held = lost(members)
  if (held.length === 0) return undefined
  // As many as there were, whoever they are: there is nothing left to protect.
  if (countUp(members) >= hold.poolSize) {
    for (const one of held) letGo(members, one)
    return undefined
  }
  if (nowMs < hold.sinceMs + protection.holdForMs) return hold
  // The time is over for what began it, and no second hold may come of the same losses. Later ones
  // may be the beginning of another, and are judged as if there had been none.
  const { windowMs, lingerMs } = protection
  const countsAfterMs = Math.max(hold.sinceMs, nowMs - windowMs)
  const pastMs = nowMs - Math.max(windowMs, lingerMs)
  for (const one of held) {
    if ((one.lostAtMs ?? nowMs) > countsAfterMs) continue
    members.set(one.id, { ...one, lostAtMs: Math.min(one.lostAtMs ?? pastMs, pastMs) })
  }
  return undefined
}

function beginHold(members: Members, protection: Protection, nowMs: number): Hold | undefined {
  const counted: Remembered[] = []
  const lingering: Remembered[] = []
  const past: Remembered[] = []
  for (const one of members.values()) {
    if (one.lostAtMs === undefined) continue
    if (nowMs < one.lostAtMs + protection.windowMs) counted.push(one)
    else if (one.phase !== 'lost') continue
    else if (nowMs < one.lostAtMs + protection.lingerMs) lingering.push(one)
    else past.push(one)
  }
  if (counted.length === 0) return undefined
  const poolSize = countUp(members) + lingering.length + counted.length
  if (counted.length <= protection.maxLost * poolSize) return undefined
  // Some of them may have been let go before it was seen that they were the first of many.
  for (const one of counted) members.set(one.id, { ...one, phase: 'lost' })
  // Kept till now because nothing else served. Now something does.
  for (const one of past) letGo(members, one)
  return { sinceMs: nowMs, poolSize, lost: counted.length }
}

function endLingering(
  members: Members,
  input: PoolInput,
  { protection, nowMs }: { protection: Protection; nowMs: number },
): void {
  const fails = (one: Remembered) => input.health.get(one.id) === 'failing'
  const over = new Set(
    lost(members).filter(
      (one) => fails(one) || nowMs >= (one.lostAtMs ?? nowMs) + protection.lingerMs,
    ),
  )
  if (over.size === 0) return
  const staying = [...members.values()].filter(
    (one) =>
      !over.has(one) &&
      (one.phase === 'present' || one.phase === 'lost') &&
      saidState(one, input.overrides.get(one.id), nowMs).state === 'up',
  )
  // Never an empty pool: while nothing else may serve, those stay that perhaps do.
  const noneServes = staying.every(fails)
  const stays = (one: Remembered) => staying.length === 0 || (noneServes && !fails(one))
  for (const one of over) {
    if (!stays(one)) members.set(one.id, { ...one, phase: 'gone' })
  }
}

function lost(members: Members): readonly Remembered[] {
  return [...members.values()].filter((one) => one.phase === 'lost')
}

/** Registered as up: neither lost nor on its way out. */
function countUp(members: Members): number {
  let count = 0
  for (const { phase, state } of members.values()) {
    if (phase === 'present' && state === 'up') count += 1
  }
  return count
}

/** Out of the pool, and no loss any more. */
function letGo(members: Members, member: Remembered): void {
  const { lostAtMs, ...rest } = member
  members.set(member.id, { ...rest, phase: 'gone' })
}
