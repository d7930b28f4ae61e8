import type { Override } from '../resources/override.ts'
import type { Remembered } from './memory.ts'

/** Whether an operator's word counts (still). */
export function isInForce(override: Override | undefined, nowMs: number): override is Override {
  return override !== undefined && (override.until === undefined || nowMs < override.until)
}

/** What is said of an instance, health aside: the operator's word, else its own. */
export function saidState(
  member: Pick<Remembered, 'state'>,
  override: Override | undefined,
  nowMs: number,
): { readonly state: Remembered['state'] /** By an operator. */; readonly forced: boolean } {
  return isInForce(override, nowMs) && override.state !== undefined
    ? { state: override.state, forced: true }
    : { state: member.state, forced: false }
}
