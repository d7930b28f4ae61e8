import type { ZooKeeper } from '@zoogate/zookeeper'
import { type DesiredState, NOTHING_DESIRED } from '../model/resources/desired-state.ts'
import type { Resource } from '../model/resources/resource.ts'
import type { ObjectStore } from './object-store.ts'
import { decodeHead, decodeRevision, type Revision } from './revision.ts'
import type { SecretStore } from './secrets/secret-store.ts'
import { StoreError } from './store-error.ts'
import type { TreePaths } from './tree-paths.ts'
import { readZnode } from './znodes.ts'

export interface Head {
  /** The newest revision; 0: nothing was ever applied. */
  readonly revision: number
  /** The head's znode version, to compare and set by. Undefined: there is no head yet. */
  readonly version?: number
}

/** What the store's parts share. */
export interface StoreContext {
  readonly client: ZooKeeper
  readonly paths: TreePaths
  readonly objects: ObjectStore
  readonly secrets: SecretStore
  readonly now: () => Date
}

export async function readHead({ client, paths }: StoreContext): Promise<Head> {
  const znode = await readZnode(client, paths.head)
  if (znode === undefined) return { revision: 0 }
  return { revision: decodeHead(znode.data, paths.head), version: znode.stat.version }
}

/** The revision, or undefined where there is none of that number (any more). */
export async function findRevision(
  { client, paths }: StoreContext,
  number: number,
): Promise<Revision | undefined> {
  const path = paths.revision(number)
  const znode = await readZnode(client, path)
  return znode === undefined ? undefined : decodeRevision(znode.data, path)
}

/** @throws StoreError `STORE_EMPTY`, `STORE_NO_REVISION` */
export async function readRevision(context: StoreContext, number: number): Promise<Revision> {
  const revision = await findRevision(context, number)
  if (revision !== undefined) return revision
  if (number < 1) throw new StoreError('STORE_EMPTY', 'nothing was applied yet')
  const path = context.paths.revision(number)
  throw new StoreError('STORE_NO_REVISION', `there is no revision ${number}`, { path })
}

/**
 * The whole desired state of a revision, each resource checked against its digest. Revision 0 is
 * empty.
 * @throws StoreError `STORE_NO_REVISION`, `STORE_CORRUPT`, `STORE_UNKNOWN_RESOURCE`
 */
export async function readState(context: StoreContext, number: number): Promise<DesiredState> {
  if (number === 0) return NOTHING_DESIRED
  const { resources, secrets } = await readRevision(context, number)
  const keys = Object.keys(resources).sort()
  const read = await context.objects.read(keys.map((key) => resources[key] ?? ''))
  return {
    resources: new Map(
      keys.flatMap((key, index): [string, Resource][] => {
        const resource = read[index]
        return resource === undefined ? [] : [[key, resource]]
      }),
    ),
    secrets: new Map(Object.entries(secrets)),
  }
}
