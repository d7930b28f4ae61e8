import { COMINGS_MAX, freshComings, refillComings, spendComing } from './damping.ts'
import type { PoolInput } from './input.ts'
import type { PoolMemory, Remembered } from './memory.ts'
import { saidState } from './override.ts'

/** One step's working copy, by id. */
export type Members = Map<string, Remembered>

export function membersOf(memory: PoolMemory): Members {
  return new Map(memory.instances.map((instance) => [instance.id, instance]))
}

/**
 * Who came, who left, who is lost: brings the members up to what the registry holds now.
 * @returns how many of those that counted into a hold's pool took themselves out of it
 */
export function takeRegistrations(
  members: Members,
  input: PoolInput,
  nowMs: number,
): { leftDuringHold: number } {
  let leftDuringHold = 0
  for (const [id, registration] of input.registered) {
    const before = members.get(id)
    if (isInPoolAsUp(before) && registration.state !== 'up') leftDuringHold += 1
    members.set(id, registered(id, before, { registration, input, nowMs }))
  }
  for (const member of members.values()) {
    if (input.registered.has(member.id)) continue
    const absent = absence(member, input, nowMs)
    if (isInPoolAsUp(member) && absent.phase === 'gone') leftDuringHold += 1
    members.set(member.id, absent)
  }
  dropReplaced(members)
  admitWhereNobodyServes(members, input, nowMs)
  return { leftDuringHold }
}

function isInPoolAsUp(member: Remembered | undefined): boolean {
  return member?.phase === 'present' && member.state === 'up'
}

type Registered = PoolInput['registered'] extends ReadonlyMap<string, infer R> ? R : never

function registered(
  id: string,
  before: Remembered | undefined,
  { registration, input, nowMs }: { registration: Registered; input: PoolInput; nowMs: number },
): Remembered {
  const { address, port, weight, state } = registration
  const comings = before === undefined ? freshComings(nowMs) : refillComings(before, nowMs)
  const base = { id, address, port, weight, state, ...comings }
  const stays = isInPoolAsUp(before) || before?.phase === 'lost'
  if (state !== 'up' || stays) return { ...base, phase: 'present' }
  // It comes. Without protection, or by an operator's word, nothing delays it.
  if (input.protection === undefined || saidState(base, input.overrides.get(id), nowMs).forced) {
    return { ...base, phase: 'present' }
  }
  if (comings.comings > 0) return { ...base, ...spendComing(comings, nowMs), phase: 'present' }
  return { ...base, phase: 'waiting', waitsAs: waitsAs(before) }
}

function waitsAs(before: Remembered | undefined): NonNullable<Remembered['waitsAs']> {
  if (before?.phase === 'waiting') return before.waitsAs ?? 'absent'
  if (before?.phase === 'present' && before.state !== 'up') return before.state
  return 'absent'
}

/** What becomes of a member that is not (validly) registered. */
function absence(member: Remembered, input: PoolInput, nowMs: number): Remembered {
  const { lostAtMs, waitsAs: _, ...rest } = member
  const said = saidState(member, input.overrides.get(member.id), nowMs).state
  const left: Remembered = { ...rest, phase: 'gone' }
  switch (member.phase) {
    case 'present':
      return said === 'up' ? { ...rest, phase: 'lost', lostAtMs: nowMs } : left
    case 'waiting':
      return left
    case 'lost':
    case 'gone':
      return said === 'up' ? member : left
  }
}

/** Forgets those of whom neither the loss nor the flapping counts any more. */
export function forget(members: Members, input: PoolInput, nowMs: number): void {
  const { protection } = input
  for (const member of members.values()) {
    if (member.phase !== 'gone') continue
    const lossCounts =
      member.lostAtMs !== undefined && nowMs < member.lostAtMs + (protection?.windowMs ?? 0)
    const flappingCounts = refillComings(member, nowMs).comings < COMINGS_MAX
    if (protection === undefined || !(lossCounts || flappingCounts)) members.delete(member.id)
  }
}

/** An instance that comes back under another id is no loss: its address and port tell. */
function dropReplaced(members: Members): void {
  const taken = new Set<string>()
  for (const { phase, address, port } of members.values()) {
    if (phase === 'present' || phase === 'waiting') taken.add(`${address} ${port}`)
  }
  for (const member of members.values()) {
    if (member.lostAtMs === undefined || !taken.has(`${member.address} ${member.port}`)) continue
    const { lostAtMs, ...rest } = member
    members.set(member.id, { ...rest, phase: 'gone' })
  }
}

/** A flapping instance is better than none. */
function admitWhereNobodyServes(members: Members, input: PoolInput, nowMs: number): void {
  const all = [...members.values()]
  const serves = all.some(
    (member) =>
      (member.phase === 'present' || member.phase === 'lost') &&
      saidState(member, input.overrides.get(member.id), nowMs).state === 'up' &&
      input.health.get(member.id) !== 'failing',
  )
  if (serves) return
  for (const member of all) {
    if (member.phase !== 'waiting') continue
    const { waitsAs: _, ...rest } = member
    members.set(member.id, { ...rest, phase: 'present' })
  }
}
