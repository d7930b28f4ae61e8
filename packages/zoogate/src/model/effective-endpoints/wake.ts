import { nextComingAtMs } from './damping.ts'
import type { PoolInput } from './input.ts'
import type { PoolMemory, Remembered } from './memory.ts'

/** When the decision may be another one with nothing changed but the time; undefined: never. */
export function nextWake(memory: PoolMemory, input: PoolInput, nowMs: number): number | undefined {
  let earliestMs = Infinity
  const at = (timeMs: number | undefined) => {
    if (timeMs !== undefined && timeMs > nowMs) earliestMs = Math.min(earliestMs, timeMs)
  }
  for (const member of memory.instances) {
    at(input.overrides.get(member.id)?.until)
    if (input.registry === 'synced') at(endOfWait(member, memory, input))
  }
  return earliestMs === Infinity ? undefined : earliestMs
}

function endOfWait(member: Remembered, memory: PoolMemory, input: PoolInput): number | undefined {
  if (input.protection === undefined) return undefined
  if (member.phase === 'waiting') return nextComingAtMs(member)
  if (member.phase !== 'lost' || member.lostAtMs === undefined) return undefined
  return memory.hold === undefined
    ? member.lostAtMs + input.protection.lingerMs
    : memory.hold.sinceMs + input.protection.holdForMs
}
