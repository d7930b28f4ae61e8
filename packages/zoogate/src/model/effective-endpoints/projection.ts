import { compareText } from '../resources/resource.ts'
import type { Endpoint } from '../view/view.ts'
import { nextComingAtMs } from './damping.ts'
import type { PoolInput } from './input.ts'
import type { PoolMemory, Remembered } from './memory.ts'
import { isInForce } from './override.ts'

/** An endpoint whose effective state or weight is not the registered one, and why. */
export interface Difference {
  readonly id: string
  readonly address: string
  readonly port: number
  readonly registered: Endpoint['state'] | 'absent'
  readonly effective: Endpoint['state'] | 'absent'
  /** A sentence for people, the same as long as the cause is. */
  readonly reason: string
}

interface Effective {
  readonly state: Endpoint['state'] | 'absent'
  readonly weight: number
  readonly reasons: readonly string[]
}

/** What the members come to once overrides and health have had their say. */
export function projectEndpoints(
  memory: PoolMemory,
  input: PoolInput,
  nowMs: number,
): { endpoints: readonly Endpoint[]; differences: readonly Difference[] } {
  const endpoints: Endpoint[] = []
  const differences: Difference[] = []
  for (const member of memory.instances) {
    if (member.phase === 'gone') continue
    const { id, address, port } = member
    const { state, weight, reasons } = effectiveOf(member, memory, { input, nowMs })
    const failing = state === 'up' && input.health.get(id) === 'failing'
    if (state !== 'absent') {
      const takesNone = failing && input.checkedBy === 'agent'
      endpoints.push({ id, address, port, weight, state: takesNone ? 'down' : state })
    }
    const registered = member.phase === 'lost' ? 'absent' : member.state
    const all = failing ? [...reasons, 'it fails its health check'] : reasons
    if (all.length === 0) continue
    const effective = failing ? 'down' : state
    differences.push({ id, address, port, registered, effective, reason: all.join('; ') })
  }
  const byId = (a: { id: string }, b: { id: string }) => compareText(a.id, b.id)
  return { endpoints: endpoints.sort(byId), differences: differences.sort(byId) }
}

function effectiveOf(
  member: Remembered,
  memory: PoolMemory,
  { input, nowMs }: { input: PoolInput; nowMs: number },
): Effective {
  const said: { state: Effective['state']; reasons: string[] } =
    member.phase === 'waiting'
      ? { state: member.waitsAs ?? 'absent', reasons: [whyItWaits(member)] }
      : member.phase === 'lost'
        ? { state: member.state, reasons: [whyItStays(member, memory, input)] }
        : { state: member.state, reasons: [] }
  const override = input.overrides.get(member.id)
  if (!isInForce(override, nowMs)) return { ...said, weight: member.weight }
  const state = override.state ?? said.state
  const weight = override.weight ?? member.weight
  const by = `by ${override.by}${override.reason === undefined ? '' : `: ${override.reason}`}`
  if (state !== said.state) said.reasons.push(`made ${state} ${by}`)
  if (weight !== member.weight) {
    said.reasons.push(`weight ${weight} instead of ${member.weight} ${by}`)
  }
  return { state, weight, reasons: said.reasons }
}

function whyItWaits(member: Remembered): string {
  return `it came and went too often; it may come again at ${time(nextComingAtMs(member))}`
}

function whyItStays(member: Remembered, memory: PoolMemory, input: PoolInput): string {
  const invalid = input.invalid.get(member.id)
  const cause =
    invalid === undefined
      ? `its registration vanished at ${time(member.lostAtMs)}`
      : `its data is no longer valid (${invalid})`
  return `${cause}; ${untilWhen(member, memory, input)}`
}

function untilWhen(member: Remembered, memory: PoolMemory, input: PoolInput): string {
  if (input.registry === 'away') return 'kept: ZooKeeper is away'
  if (input.protection === undefined) return 'kept'
  const { hold } = memory
  if (hold !== undefined) {
    const endsAt = time(hold.sinceMs + input.protection.holdForMs)
    return `held: ${hold.lost} of ${hold.poolSize} were lost at once; until they return, \`zoogate release ${input.service}\`, or ${endsAt}`
  }
  const lingersUntilMs = (member.lostAtMs ?? 0) + input.protection.lingerMs
  const lingers =
    input.health.get(member.id) !== 'failing' && lingersUntilMs > (member.lostAtMs ?? 0)
  return lingers
    ? `kept until ${time(lingersUntilMs)} unless its health check fails, and longer while nothing else serves`
    : 'kept: nothing else serves'
}

function time(atMs: number | undefined): string {
  return atMs === undefined ? 'an unknown time' : new Date(atMs).toISOString()
}
