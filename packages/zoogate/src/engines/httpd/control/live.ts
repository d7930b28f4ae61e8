import { EngineError } from '../../engine.ts'
import type { Manifest } from '../render/manifest.ts'
import type { Member } from '../render/member.ts'
import type { BalancerTable } from './balancer-table.ts'
import type { AskControl } from './control-client.ts'
import { type Form, serviceForms } from './forms.ts'
import type { KnownBalancers } from './known-balancers.ts'
import { PageReader } from './page-reader.ts'

/** A change that httpd did not take is sent once more; then a reload has to bring it. */
const ROUNDS_MAX = 2

/** By service's name. */
export type MembersByService = ReadonlyMap<string, readonly Member[]>

export interface LiveContext {
  readonly ask: AskControl
  readonly manifest: Manifest
  /** What was read last: where the changes begin from. */
  readonly known: KnownBalancers
}

/**
 * Makes the balancers of these services have these members. Each listener has balancers of its own.
 *
 * httpd answers 200 whatever it did; so a change is done once the page that answers the last form of a round
 * shows it. That page has all balancers of the virtual host: it is read as far as those that are changed. What
 * to send is worked out from what was read last. Where that was not so any more (httpd was started anew, or
 * somebody changed something by hand), it comes out in the same page, or by a form that is refused.
 *
 * @throws EngineError `ENGINE_LIVE_FAILED` where httpd cannot take it without a reload
 */
export async function applyMembers(
  context: LiveContext,
  services: MembersByService,
): Promise<void> {
  const { manifest, known } = context
  const names = balancersOf(manifest, services)
  for (const host of manifest.hosts) {
    const before = known.of(manifest.generation, host, names)
    if (before !== undefined && (await goesOnFrom(context, host, services, before))) continue
    await bring(context, host, services, await readTable(context, host, names))
  }
}

/** False: what was known is not so, or a form was refused. */
async function goesOnFrom(
  context: LiveContext,
  host: string,
  services: MembersByService,
  before: BalancerTable,
): Promise<boolean> {
  try {
    // Nothing would be sent, and so nothing be read.
    if (formsFor(context.manifest, services, before).length === 0) return false
    await bring(context, host, services, before)
    return true
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    context.known.forget()
    return false
  }
}

async function bring(
  { ask, manifest, known }: LiveContext,
  host: string,
  services: MembersByService,
  before: BalancerTable,
): Promise<void> {
  const names = balancersOf(manifest, services)
  let table = before
  for (let round = 0; ; round++) {
    const forms = formsFor(manifest, services, table)
    const last = forms.at(-1)
    if (last === undefined) break
    if (round === ROUNDS_MAX) {
      throw new EngineError('ENGINE_LIVE_FAILED', `httpd does not take a change: ${words(forms)}`)
    }
    for (const form of forms.slice(0, -1)) {
      const { generation } = await ask({ to: manifest, host, path: '/', form })
      hold(generation, manifest)
    }
    table = await readPage({ ask, manifest }, host, names, last)
  }
  known.learn(manifest.generation, host, table)
}

function balancersOf({ services }: Manifest, wanted: MembersByService): readonly string[] {
  return services
    .filter(({ name }) => wanted.has(name))
    .flatMap(({ balancers }) => balancers.map(({ name }) => name))
}

function formsFor(
  { services }: Manifest,
  wanted: MembersByService,
  table: BalancerTable,
): readonly Form[] {
  return services.flatMap(({ name, balancers }) => {
    const members = wanted.get(name)
    return members === undefined ? [] : serviceForms(balancers, table, members)
  })
}

/** @param balancers whose members are told; absent: all */
export function readTable(
  context: Pick<LiveContext, 'ask' | 'manifest'>,
  host: string,
  balancers?: readonly string[],
): Promise<BalancerTable> {
  return readPage(context, host, balancers)
}

/** What the balancer manager shows, after a form where one is sent. */
async function readPage(
  { ask, manifest }: Pick<LiveContext, 'ask' | 'manifest'>,
  host: string,
  balancers: readonly string[] | undefined,
  form?: Form,
): Promise<BalancerTable> {
  const page = new PageReader(balancers)
  const take = (piece: Buffer) => page.take(piece)
  const sent = form === undefined ? {} : { form }
  const { generation } = await ask({ to: manifest, host, path: '/', ...sent, take })
  hold(generation, manifest)
  try {
    return page.end()
  } catch (cause) {
    throw new EngineError('ENGINE_UNREACHABLE', 'httpd answered with no table', { cause })
  }
}

/** Members belong to a generation: those of another are no answer. */
function hold(generation: string, { generation: wanted }: Manifest): void {
  if (generation === wanted) return
  throw new EngineError('ENGINE_UNREACHABLE', `generation ${generation} answers, not ${wanted}`)
}

function words(forms: readonly Form[]): string {
  return forms
    .slice(0, 3)
    .map((form) => new URLSearchParams(form).toString())
    .join('; ')
}
