import { EngineError } from '../../engine.ts'
import type { Manifest } from '../render/manifest.ts'
import { GONE, type Member, sinceOf } from '../render/member.ts'
import { type Starts, startKey } from '../render/slow-start.ts'
import type { BalancerTable, TableMember } from './balancer-table.ts'

/** What the balancer manager is sent: each changes one member, or adds one. */
export type Form = Readonly<Record<string, string>>

/**
 * What to send so that each of a service's balancers has these members. Pure.
 * @throws EngineError `ENGINE_LIVE_FAILED` where httpd takes it by a reload only
 */
export function serviceForms(
  balancers: Manifest['services'][number]['balancers'],
  table: BalancerTable,
  wanted: readonly Member[],
): readonly Form[] {
  return balancers.flatMap(({ name, timed }) => {
    const has = table.get(name)
    if (has === undefined) {
      throw new EngineError('ENGINE_LIVE_FAILED', `httpd has no balancer ${name}`)
    }
    const places = byPlace(has)
    const comes = wanted.some((member) => !places.has(member.place))
    if (timed && comes) {
      throw new EngineError(
        'ENGINE_LIVE_FAILED',
        `a member of ${name} needs timeouts of its own, which httpd reads at a reload only`,
      )
    }
    return balancerForms(name, has, wanted)
  })
}

/**
 * A member that comes live gets no `retry`: after a failed connection it would be left out for a minute.
 * So httpd connects to it once a second, and takes it in again as soon as it can. It leaves out none for it.
 */
const WAKING: Form = { w_hm: 'TCP', w_hi: '1000', w_hp: '1', w_hf: '1000000' }

/** What to send so that a balancer has these members. Pure. */
export function balancerForms(
  balancer: string,
  has: readonly TableMember[],
  wanted: readonly Member[],
): readonly Form[] {
  const b = { b: balancer, nonce: 'zoogate' }
  const places = byPlace(has)
  const known = wanted.map((member) => ({ member, present: places.get(member.place) }))
  const forms: Form[] = known
    .filter(({ present }) => present === undefined)
    .map(({ member }) => ({ ...b, b_wyes: '1', b_nwrkr: member.url }))
  const members = has.length + forms.length
  // First those that take requests, so that there is always one to go to; among them those that are
  // there, so that one that comes meets their load factors as they shall be.
  const rank = ({ member, present }: (typeof known)[number]) => {
    if (member.disabled || member.draining) return 2
    return present === undefined ? 1 : 0
  }
  for (const { member, present } of known.sort((one, other) => rank(one) - rank(other))) {
    if (present !== undefined && isAsWanted(present, member, members)) continue
    forms.push({
      ...b,
      w: present?.url ?? member.url,
      w_lf: String(member.loadFactor),
      w_wr: member.route,
      w_rr: member.note,
      w_status_N: member.draining ? '1' : '0',
      w_status_D: member.disabled ? '1' : '0',
      ...(present === undefined ? WAKING : {}),
    })
  }
  const stay = new Set(wanted.map(({ place }) => place))
  for (const present of has) {
    if (stay.has(tablePlace(present))) continue
    if (present.disabled && present.note === GONE) continue
    forms.push({ ...b, w: present.url, w_wr: '', w_rr: GONE, w_status_D: '1' })
  }
  return forms
}

/** As {@link Member.place} has it. */
function tablePlace({ address, port }: Pick<TableMember, 'address' | 'port'>): string {
  return `${address}:${port}`
}

export function byPlace(members: readonly TableMember[]): ReadonlyMap<string, TableMember> {
  return new Map(members.map((member) => [tablePlace(member), member]))
}

/** Who takes requests that belong to nobody, and since when their shares grow, as httpd has it. */
export function startsIn(has: readonly TableMember[]): Starts {
  const taking = has.filter(({ disabled, draining }) => !disabled && !draining)
  return new Map(
    taking.map((member) => [startKey(member.route, tablePlace(member)), sinceOf(member.note)]),
  )
}

/** The load factor of an only member is httpd's own. */
function isAsWanted(present: TableMember, member: Member, members: number): boolean {
  return (
    isLike(present, member) &&
    present.note === member.note &&
    (members === 1 || Math.abs(present.loadFactor - member.loadFactor) < 0.01)
  )
}

/** Whether it is as wanted, or becomes so by itself, as its share grows. */
export function isAsKnown(present: TableMember, member: Member, members: number): boolean {
  if (present.note.startsWith(`${member.note}.`)) return isLike(present, member)
  return isAsWanted(present, member, members)
}

function isLike(present: TableMember, member: Member): boolean {
  return (
    present.route === member.route &&
    present.disabled === member.disabled &&
    present.draining === member.draining
  )
}
