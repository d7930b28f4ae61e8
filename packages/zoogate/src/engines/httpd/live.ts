import type { ServicePool } from '../../model/view.ts'
import { EngineError } from '../engine.ts'
import { type BalancerTable, parseBalancerTable, type TableMember } from './balancer-table.ts'
import type { AskControl } from './control-client.ts'
import type { Manifest } from './manifest.ts'
import { GONE, type Member, membersOf } from './member.ts'

/** A change that httpd did not take is sent once more; then a reload has to bring it. */
const ROUNDS_MAX = 2

/**
 * Makes the balancers of these services equal to what is given. Each listener has balancers of its own.
 * httpd answers 200 whatever it did, so its table is read again after each round.
 * @throws EngineError `ENGINE_LIVE_FAILED` where httpd cannot take it without a reload
 */
export async function applyEndpoints(
  ask: AskControl,
  manifest: Manifest,
  services: readonly ServicePool[],
): Promise<void> {
  for (const host of manifest.hosts) {
    for (let round = 0; ; round++) {
      const table = await readTable(ask, manifest, host)
      const forms = services.flatMap((pool) => serviceForms(manifest, table, pool))
      if (forms.length === 0) break
      if (round === ROUNDS_MAX) {
        throw new EngineError('ENGINE_LIVE_FAILED', `httpd does not take a change: ${words(forms)}`)
      }
      for (const form of forms) {
        await ask({ to: manifest, host, path: '/', form })
      }
    }
  }
}

export async function readTable(
  ask: AskControl,
  manifest: Manifest,
  host: string,
): Promise<BalancerTable> {
  const { body } = await ask({ to: manifest, host, path: '/?xml=1' })
  try {
    return parseBalancerTable(body)
  } catch (cause) {
    throw new EngineError('ENGINE_UNREACHABLE', 'httpd answered with no table', { cause })
  }
}

type Form = Readonly<Record<string, string>>

function serviceForms(
  manifest: Manifest,
  table: BalancerTable,
  pool: ServicePool,
): readonly Form[] {
  const wanted = membersOf(pool)
  const balancers = manifest.services.find(({ name }) => name === pool.name)?.balancers ?? []
  return balancers.flatMap(({ name, timed }) => {
    const has = table.get(name)
    if (has === undefined) {
      throw new EngineError('ENGINE_LIVE_FAILED', `httpd has no balancer ${name}`)
    }
    const added = wanted.filter((member) => !has.some((other) => isAt(other, member)))
    if (timed && added.length > 0) {
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
  const forms: Form[] = []
  // First those that come, so that there is always one to go to.
  for (const member of wanted) {
    const present = has.find((other) => isAt(other, member))
    if (present === undefined) forms.push({ ...b, b_wyes: '1', b_nwrkr: member.url })
    if (present !== undefined && isAsWanted(present, member, has.length)) continue
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
  for (const present of has) {
    if (wanted.some((member) => isAt(present, member))) continue
    if (present.disabled && present.note === GONE) continue
    forms.push({ ...b, w: present.url, w_wr: '', w_rr: GONE, w_status_D: '1' })
  }
  return forms
}

export function isAt(present: Pick<TableMember, 'address' | 'port'>, member: Member): boolean {
  const { protocol, hostname, port } = new URL(member.url)
  const address = hostname.replace(/^\[|\]$/g, '')
  // A URL does not say its scheme's own port.
  const own = protocol === 'wss:' ? 443 : 80
  return present.address === address && present.port === Number(port === '' ? own : port)
}

/** The load factor of an only member is httpd's own. */
export function isAsWanted(present: TableMember, member: Member, members: number): boolean {
  return (
    present.route === member.route &&
    present.note === member.note &&
    present.disabled === member.disabled &&
    present.draining === member.draining &&
    (members === 1 || Math.abs(present.loadFactor - member.loadFactor) < 0.01)
  )
}

function words(forms: readonly Form[]): string {
  return forms
    .slice(0, 3)
    .map((form) => new URLSearchParams(form).toString())
    .join('; ')
}
