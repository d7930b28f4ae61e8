import fc from 'fast-check'
import type { CreateMode } from '../../src/index.ts'
import { joinPath, Perms } from '../../src/protocol/index.ts'
import type { ClientOperation } from './real-client.ts'
import type { ModelOperation, TreeModel } from './tree-model.ts'
import type { WatchModel } from './watch-model.ts'

/** What an operation should be about, before the tree is known that it meets. */
export interface Wish {
  readonly type: ClientOperation['type']
  /** Chooses among the paths that are there and some that may not be. */
  readonly place: number
  readonly version: 'any' | 'right' | 'wrong'
  readonly data: string | null
  readonly mode: CreateMode
  readonly perms: number
  readonly watch: boolean
  readonly parts: readonly Wish[]
}

/** Few names, so that operations meet. */
const NAMES = ['a', 'b']
/** So deep are the paths of creates, below the root. */
const MAX_DEPTH = 3
const MODES = [
  'persistent',
  'ephemeral',
  'persistentSequential',
  'ephemeralSequential',
] as const satisfies readonly CreateMode[]
/** Never without READ: from 3.8.4 on servers hide events and `exists` from who may not read. */
const PERMISSIONS = [Perms.write, Perms.create, Perms.delete, Perms.admin].map(
  (one) => Perms.all & ~one,
)

const fields = {
  place: fc.nat(1_000),
  version: fc.constantFrom('any', 'right', 'right', 'wrong'),
  data: fc.constantFrom(null, '', 'one', 'größer'),
  mode: fc.constantFrom(...MODES, 'persistentWithTTL' as const),
  perms: fc.constantFrom(Perms.all, ...PERMISSIONS),
  watch: fc.constantFrom(true, true, false),
} as const

const multiPart = fc.record<Wish>({
  ...fields,
  type: fc.constantFrom('create', 'setData', 'delete', 'check'),
  mode: fc.constantFrom(...MODES),
  parts: fc.constant([]),
})
const readPart = fc.record<Wish>({
  ...fields,
  type: fc.constantFrom('getData', 'getChildren'),
  parts: fc.constant([]),
})
const single = fc.record<Wish>({
  ...fields,
  type: fc.constantFrom(
    ...(['create', 'create', 'create', 'create', 'create2', 'create2', 'delete'] as const),
    ...(['setData', 'setData', 'exists', 'getData', 'getChildren', 'getChildren2'] as const),
    ...(['exists', 'getData', 'getChildren', 'addWatch', 'setACL', 'getACL'] as const),
    ...(['getAllChildrenNumber', 'getEphemerals', 'sync'] as const),
  ),
  parts: fc.constant([]),
})
const multi = fc.record<Wish>({
  ...fields,
  type: fc.constant('multi'),
  parts: fc.array(multiPart, { minLength: 1, maxLength: 3 }),
})
const multiRead = fc.record<Wish>({
  ...fields,
  type: fc.constant('multiRead'),
  parts: fc.array(readPart, { minLength: 1, maxLength: 4 }),
})

/** One operation. */
export const wish = fc.oneof(
  { arbitrary: single, weight: 8 },
  { arbitrary: multi, weight: 2 },
  { arbitrary: multiRead, weight: 1 },
)

/**
 * Operations that are sent without waiting for one another. A setACL stands at the end: up to now, Apache's PrepRequestProcessor
 * lets what is sent right behind one pass by the ACL before it, since it forgets to note the new one among its outstanding changes.
 */
export const batch = fc
  .array(wish, { minLength: 1, maxLength: 4 })
  .map((wishes) => [
    ...wishes.filter(({ type }) => type !== 'setACL'),
    ...wishes.filter(({ type }) => type === 'setACL').slice(0, 1),
  ])

/** The tree that every run begins with. */
export const FIRST_WISHES: readonly Wish[] = [0, 1, 2, 3].map((place) => ({
  type: 'create',
  place,
  version: 'any',
  data: 'first',
  mode: 'persistent',
  perms: Perms.all,
  watch: false,
  parts: [],
}))

/** Makes an operation of a wish, for the tree as it is. */
export function grant(
  { type, ...wished }: Wish,
  root: string,
  tree: TreeModel,
  watches: WatchModel,
): ClientOperation {
  const path = placeAt(wished.place, root, tree)
  const { data, mode } = wished
  const part = (one: Wish) => grantPart(one, root, tree)
  switch (type) {
    case 'multi':
    case 'multiRead':
      return { type, operations: wished.parts.map(part) }
    case 'exists':
    case 'getData':
      return { type, path, watch: wished.watch }
    case 'getChildren':
    case 'getChildren2': {
      const isRecursive = watches.persistentModeOn(path) === 'persistentRecursive'
      return { type, path, watch: wished.watch && !isRecursive }
    }
    case 'addWatch': {
      const mode = wished.watch ? 'persistent' : 'persistentRecursive'
      // A one-shot watch of children is told by the child then, which after a reconnect may be another event: see `WatchRegistry`.
      const isMixed = mode === 'persistentRecursive' && watches.hasOneShot(path, ['child'])
      if (isMixed || watches.persistentModeOn(path) !== undefined) {
        return { type: 'exists', path, watch: false }
      }
      return { type, path, mode }
    }
    case 'create':
    case 'create2':
      return { type, path: newPlaceAt({ type, ...wished }, root, tree), data, mode }
    case 'getEphemerals':
      return { type, path: root }
    case 'getACL':
    case 'getAllChildrenNumber':
    case 'sync':
      return { type, path }
    default:
      return part({ type, ...wished })
  }
}

function grantPart(wished: Wish, root: string, tree: TreeModel): ModelOperation {
  const { type, data, mode, perms } = wished
  const path = placeAt(wished.place, root, tree)
  switch (type) {
    case 'create':
      return { type, path: newPlaceAt(wished, root, tree), data, mode }
    case 'setData':
      return { type, path, data, version: versionOf(wished, tree.stat(path)?.version) }
    case 'delete':
    case 'check':
      return { type, path, version: versionOf(wished, tree.stat(path)?.version) }
    case 'setACL':
      return { type, path, perms, version: versionOf(wished, tree.stat(path)?.aversion) }
    case 'getData':
    case 'getChildren':
      return { type, path, watch: false }
    default:
      throw new Error(`${type} is not a part`)
  }
}

/** Mostly a znode that is there. */
function placeAt(place: number, root: string, tree: TreeModel): string {
  return pick(place, [...tree.paths, ...tree.paths, joinPath(root, NAMES[place % 2] ?? '')])
}

/** Mostly a path whose parent is there; a sequential one begins with it. */
function newPlaceAt({ place, mode }: Wish, root: string, tree: TreeModel): string {
  const parents = [root, ...tree.paths, joinPath(root, 'absent')]
  const places = parents
    .filter((path) => path.slice(root.length).split('/').length <= MAX_DEPTH)
    .flatMap((path) => NAMES.map((name) => joinPath(path, name)))
  const path = pick(place, places)
  return mode.endsWith('Sequential') ? `${path}-` : path
}

function pick(place: number, places: readonly string[]): string {
  const path = places[place % places.length]
  if (path === undefined) throw new Error('there is no place')
  return path
}

function versionOf({ version }: Wish, current = 0): number {
  if (version === 'any') return -1
  return version === 'right' ? current : current + 1
}
