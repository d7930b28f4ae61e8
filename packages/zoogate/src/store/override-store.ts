import { randomUUID } from 'node:crypto'
import type { MultiOperation } from '@zoogate/zookeeper'
import { Value } from 'typebox/value'
import {
  type Override,
  OverrideSchema,
  type Release,
  ReleaseSchema,
} from '../model/resources/override.ts'
import type { AuditEntry } from './audit-entry.ts'
import { auditOperation, isAudited } from './audit-log.ts'
import { isWorthAnotherTry, mayHaveHappened } from './lost-race.ts'
import { pause } from './retry.ts'
import { decodeJson } from './revision.ts'
import type { StoreContext } from './revision-reader.ts'
import { StoreError } from './store-error.ts'
import { ensurePath, mapBounded, readChildren, readZnode } from './znodes.ts'

const ATTEMPTS_MAX = 20
const REQUESTS_AT_ONCE = 64

/** What an operator says of an instance now, given what was said before. Undefined: nothing any more. */
export type OverrideChange = (before: Override | undefined) => Override | undefined

/** The overrides of a Service by instance. One that is no override is left out: it has no effect. */
export async function readOverrides(
  { client, paths }: StoreContext,
  service: string,
): Promise<ReadonlyMap<string, Override>> {
  const instances = await readChildren(client, paths.serviceOverrides(service))
  const overrides = new Map<string, Override>()
  const read = await mapBounded(instances, REQUESTS_AT_ONCE, async (instance) => {
    const path = paths.override(service, instance)
    const znode = await readZnode(client, path)
    return { instance, override: znode === undefined ? undefined : parse(znode.data, path) }
  })
  for (const { instance, override } of read) {
    if (override !== undefined) overrides.set(instance, override)
  }
  return overrides
}

/** Compares and sets; the audit entry is in the same multi. Returns what stands afterwards. */
export async function changeOverride(
  context: StoreContext,
  target: { readonly service: string; readonly instance: string; readonly by: string },
  change: OverrideChange,
): Promise<Override | undefined> {
  const { client, paths } = context
  const path = paths.override(target.service, target.instance)
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    const znode = await readZnode(client, path)
    const override = change(znode === undefined ? undefined : parse(znode.data, path))
    if (znode === undefined && override === undefined) return undefined
    await ensurePath(client, paths.serviceOverrides(target.service))
    const operation = overrideOperation(path, znode?.stat.version, override)
    const isDone = await performAudited(context, operation, {
      action: 'override',
      subjects: [`${target.service}/${target.instance}`],
      by: target.by,
      at: context.now().toISOString(),
      message: override === undefined ? 'cleared' : JSON.stringify(override),
    })
    if (isDone) return override
    await pause(attempt)
  }
  throw new StoreError('STORE_CONTENDED', `others kept changing ${path}`, { path })
}

/** Acknowledges a hold: what was lost before now is let go. */
export async function releaseHold(
  context: StoreContext,
  target: { readonly service: string; readonly by: string },
): Promise<Release> {
  const { client, paths } = context
  const path = paths.serviceOverrides(target.service)
  const at = context.now()
  const release: Release = { v: 1, releasedAt: at.getTime(), by: target.by }
  const operation = { type: 'setData', path, data: JSON.stringify(release) } as const
  const subjects = [target.service]
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    await ensurePath(client, path)
    const entry = { action: 'release', subjects, by: target.by, at: at.toISOString() } as const
    if (await performAudited(context, operation, entry)) return release
    await pause(attempt)
  }
  throw new StoreError('STORE_CONTENDED', `others kept changing ${path}`, { path })
}

/**
 * Makes a change together with its audit entry. Says false where it was not made and may be tried again. A change whose
 * answer was lost is looked for, so it is never made twice.
 */
async function performAudited(
  { client, paths }: StoreContext,
  operation: MultiOperation,
  entry: Omit<AuditEntry, 'id'>,
): Promise<boolean> {
  const audit = await auditOperation(client, paths, { id: randomUUID(), ...entry })
  try {
    await client.multi([operation, audit])
    return true
  } catch (error) {
    if (mayHaveHappened(error)) return isAudited(client, audit)
    if (!isWorthAnotherTry(error)) throw error
    return false
  }
}

export async function readRelease(
  { client, paths }: StoreContext,
  service: string,
): Promise<Release | undefined> {
  const path = paths.serviceOverrides(service)
  const znode = await readZnode(client, path)
  if (znode === undefined || znode.data === null || znode.data.length === 0) return undefined
  const value = decodeJson(znode.data, path)
  return Value.Check(ReleaseSchema, value) ? value : undefined
}

function overrideOperation(
  path: string,
  version: number | undefined,
  override: Override | undefined,
): MultiOperation {
  const data = JSON.stringify(override)
  if (version === undefined) return { type: 'create', path, data }
  if (override === undefined) return { type: 'delete', path, version }
  return { type: 'setData', path, data, version }
}

function parse(data: Buffer | null, path: string): Override | undefined {
  try {
    const value = decodeJson(data, path)
    return Value.Check(OverrideSchema, value) ? value : undefined
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}
