import { randomUUID } from 'node:crypto'
import type { MultiOperation } from '@zoogate/zookeeper'
import type { DesiredState, SecretVersions } from '../model/resources/desired-state.ts'
import { resourcesOf } from '../model/resources/resource.ts'
import type { AuditEntry } from './audit-entry.ts'
import { auditOperation } from './audit-log.ts'
import { isWorthAnotherTry, mayHaveHappened } from './lost-race.ts'
import { hasChanges, type ResourceChanges } from './merge-resources.ts'
import { type EncodedObject, encodeObject } from './object-codec.ts'
import { pause, repeatable } from './retry.ts'
import { encodeRevision, MESSAGE_CHARACTERS_MAX } from './revision.ts'
import {
  findRevision,
  type Head,
  readHead,
  readState,
  type StoreContext,
} from './revision-reader.ts'
import { type GatewayTarget, rolloutOperations } from './rollout-operations.ts'
import { StoreError } from './store-error.ts'
import { createIfAbsent, ensurePath } from './znodes.ts'

/** Tries before we say that others never stop writing. */
const ATTEMPTS_MAX = 50
/** Below ZooKeeper's `jute.maxbuffer` of 1 MiB less one byte, with room for its framing. */
const MULTI_BYTES_MAX = 1_000_000

/** The state that a revision is made from. */
export interface Base extends DesiredState {
  readonly revision: number
}

/** The state that it shall hold. */
interface Next extends DesiredState {
  readonly changes: ResourceChanges
  readonly message: string
}

export interface RevisionRequest {
  readonly author: string
  readonly action: 'apply' | 'rollback'
  /** Asked again, of the newer base, whenever somebody else was faster. It may throw to give up. */
  readonly next: (base: Base) => Next | Promise<Next>
}

export interface WrittenRevision extends DesiredState {
  /** The new one; the one that was there where nothing changed. */
  readonly revision: number
  readonly changed: boolean
  readonly changes: ResourceChanges
  /** Every Gateway, and whether it has something to do. */
  readonly gateways: readonly GatewayTarget[]
}

interface Attempt {
  readonly id: string
  readonly result: WrittenRevision
}

/**
 * Makes a revision by one multi: the head moves on by one from the version that was read, so of
 * several writers one wins and the others begin again from its state. When the connection is lost,
 * the revision's random id tells whether ours is there: nothing is sent again blindly.
 * @throws StoreError `STORE_CONTENDED`, `STORE_TOO_LARGE`
 */
export async function writeRevision(
  context: StoreContext,
  request: RevisionRequest,
): Promise<WrittenRevision> {
  const uncertain: Attempt[] = []
  for (let number = 1; number <= ATTEMPTS_MAX; number++) {
    const landed = await findLanded(context, uncertain)
    if (landed !== undefined) return landed
    const head = await ensureHead(context)
    const base = { revision: head.revision, ...(await readState(context, head.revision)) }
    const next = await request.next(base)
    if (!hasChanges(next.changes)) return unchanged(base, next)
    const attempt = await prepare(context, request, head, base, next)
    try {
      await context.client.multi(attempt.operations)
      return attempt.result
    } catch (error) {
      if (mayHaveHappened(error)) uncertain.push(attempt)
      else if (!isWorthAnotherTry(error)) throw error
      await pause(Math.min(number, 5))
    }
  }
  throw new StoreError('STORE_CONTENDED', `others wrote between each of ${ATTEMPTS_MAX} tries`)
}

/** The tree's upper folders and the head, made by the first writer. */
async function ensureHead(context: StoreContext): Promise<Head & { readonly version: number }> {
  const { client, paths } = context
  const head = await readHead(context)
  if (head.version !== undefined) return { ...head, version: head.version }
  for (const path of [
    ...[paths.revisions, paths.objects, paths.gateways, paths.services, paths.overrides],
    ...[paths.secrets, paths.audit],
  ]) {
    await ensurePath(client, path)
  }
  await createIfAbsent(client, paths.head, '0')
  return ensureHead(context)
}

function unchanged(base: Base, { changes, resources, secrets }: Next): WrittenRevision {
  const gateways = resourcesOf(resources, 'Gateway').map((gateway) => ({
    name: gateway.metadata.name,
    changed: false,
  }))
  return { revision: base.revision, changed: false, changes, resources, secrets, gateways }
}

async function prepare(
  context: StoreContext,
  { author, action }: RevisionRequest,
  head: Head & { readonly version: number },
  base: Base,
  next: Next,
): Promise<Attempt & { readonly operations: readonly MultiOperation[] }> {
  const { client, paths } = context
  const revision = head.revision + 1
  const at = context.now().toISOString()
  const message = next.message.slice(0, MESSAGE_CHARACTERS_MAX)
  const id = randomUUID()
  const encoded = new Map([...next.resources].map(([key, one]) => [key, encodeObject(one)]))
  const data = encodeRevision({
    v: 1,
    id,
    parent: head.revision,
    author,
    message,
    createdAt: at,
    resources: Object.fromEntries([...encoded].map(([key, { sha256 }]) => [key, sha256])),
    secrets: Object.fromEntries(next.secrets),
  })
  const fresh = newObjects(next.changes, encoded)
  await context.objects.write(fresh)
  await ensureFolders(context, next.changes)
  const rollouts = await rolloutOperations(context, base, next, {
    revision,
    at,
    reason: action,
  })
  const { created, updated, deleted } = next.changes
  const entry: AuditEntry = {
    id,
    action,
    subjects: [...created, ...updated, ...deleted],
    by: author,
    at,
    revision,
    message,
  }
  const operations: MultiOperation[] = [
    { type: 'setData', path: paths.head, data: String(revision), version: head.version },
    { type: 'create', path: paths.revision(revision), data },
    // A sweeper takes what no revision names: if it was faster, we write it again.
    ...fresh.map(
      ({ sha256 }) => ({ type: 'check', path: paths.object(sha256), version: 0 }) as const,
    ),
    ...newSecrets(base.secrets, next.secrets).map(
      ([name, version]) =>
        ({ type: 'check', path: paths.secretVersion(name, version), version: 0 }) as const,
    ),
    ...rollouts.operations,
    await auditOperation(client, paths, entry),
  ]
  checkSize(operations)
  const { changes, resources, secrets } = next
  return {
    id,
    operations,
    result: { revision, changed: true, changes, resources, secrets, gateways: rollouts.targets },
  }
}

function newObjects(
  changes: ResourceChanges,
  encoded: ReadonlyMap<string, EncodedObject>,
): readonly EncodedObject[] {
  const objects = new Map<string, EncodedObject>()
  for (const key of [...changes.created, ...changes.updated]) {
    const object = encoded.get(key)
    if (object !== undefined) objects.set(object.sha256, object)
  }
  return [...objects.values()]
}

/** Versions of secrets that the base did not pin. */
function newSecrets(base: SecretVersions, next: SecretVersions) {
  return [...next].filter(([name, version]) => base.get(name) !== version)
}

/** Where instances register and operators speak: made here, so that neither needs the right to. */
async function ensureFolders({ client, paths }: StoreContext, changes: ResourceChanges) {
  for (const key of changes.created) {
    const [kind, name = ''] = key.split('/')
    if (kind === 'Gateway') await ensurePath(client, paths.nodes(name))
    if (kind === 'Service') {
      await ensurePath(client, paths.service(name))
      await ensurePath(client, paths.serviceOverrides(name))
    }
  }
}

function checkSize(operations: readonly MultiOperation[]): void {
  const bytes = operations.reduce((sum, operation) => {
    const data = 'data' in operation ? (operation.data ?? '') : ''
    return sum + Buffer.byteLength(data) + operation.path.length + 100
  }, 0)
  if (bytes <= MULTI_BYTES_MAX) return
  const message = `the change would be one request of ${bytes} bytes to ZooKeeper, which takes ${MULTI_BYTES_MAX}: apply it in parts`
  throw new StoreError('STORE_TOO_LARGE', message)
}

async function findLanded(
  context: StoreContext,
  uncertain: readonly Attempt[],
): Promise<WrittenRevision | undefined> {
  if (uncertain.length === 0) return undefined
  // The server that we are on now may lag behind the one that did it.
  await repeatable(() => context.client.sync(context.paths.head))
  for (const { id, result } of uncertain) {
    if ((await findRevision(context, result.revision))?.id === id) return result
  }
  return undefined
}
