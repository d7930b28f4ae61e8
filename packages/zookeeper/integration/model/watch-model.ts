import type { PersistentWatchMode } from '../../src/index.ts'
import { isWithin } from '../../src/protocol/index.ts'
import type { ModelEvent, TreeModel } from './tree-model.ts'

/** The tables of one-shot watches. */
export type ModelWatchKind = 'data' | 'exist' | 'child'

interface OneShot {
  readonly id: string
  readonly kind: ModelWatchKind
  readonly path: string
}

interface Persistent {
  readonly id: string
  readonly mode: PersistentWatchMode
  readonly path: string
}

const fired: Readonly<Record<ModelEvent['type'], readonly ModelWatchKind[]>> = {
  created: ['data', 'exist'],
  dataChanged: ['data', 'exist'],
  deleted: ['data', 'exist', 'child'],
  childrenChanged: ['child'],
}

/** The watches of one client, and what they say of the tree's events: a line for each watch that is told. */
export class WatchModel {
  #oneShots: OneShot[] = []
  #persistent: Persistent[] = []

  leave(kind: ModelWatchKind, path: string, id: string): void {
    this.#oneShots.push({ kind, path, id })
  }

  add(mode: PersistentWatchMode, path: string, id: string): void {
    this.#persistent.push({ mode, path, id })
  }

  hasOneShot(path: string, kinds: readonly ModelWatchKind[] = ['data', 'exist', 'child']): boolean {
    return this.#oneShots.some((one) => one.path === path && kinds.includes(one.kind))
  }

  persistentModeOn(path: string): PersistentWatchMode | undefined {
    return this.#persistent.find((one) => one.path === path)?.mode
  }

  get persistentIds(): readonly string[] {
    return this.#persistent.map(({ id }) => id)
  }

  close(id: string): void {
    this.#persistent = this.#persistent.filter((one) => one.id !== id)
  }

  /** Takes all watches of these kinds off a path, and all persistent ones when `any`; says which of those end. */
  remove(path: string, kinds: readonly ModelWatchKind[], any: boolean): string[] {
    this.#oneShots = this.#oneShots.filter(
      (one) => !(one.path === path && kinds.includes(one.kind)),
    )
    if (!any) return []
    const ended = this.#persistent.filter((one) => one.path === path)
    this.#persistent = this.#persistent.filter((one) => one.path !== path)
    return ended.map(({ id }) => `${id} end`)
  }

  /** What each watch is told of an event: all of one event, in no order. */
  tell(event: ModelEvent): string[] {
    const fires = (one: OneShot) => one.path === event.path && fired[event.type].includes(one.kind)
    const told = this.#oneShots.filter(fires)
    this.#oneShots = this.#oneShots.filter((one) => !fires(one))
    const seen = this.#persistent.filter((one) => sees(one, event))
    return [...told, ...seen].map(({ id }) => `${id} ${event.type} ${event.path}`)
  }

  /**
   * What the watches are told after a reconnect, by setWatches and its rules (DataTree.setWatches), when the client had seen
   * everything up to `zxid`; in no order.
   */
  catchUp(tree: TreeModel, zxid: number): string[] {
    const watched = new Map(this.#oneShots.map((one) => [`${one.kind} ${one.path}`, one]))
    const events = [...watched.values()].flatMap(({ kind, path }) => missed(tree, kind, path, zxid))
    // A persistent watch above the path hears of these too, before it hears that it must read again.
    const lines = events.flatMap((event) => this.tell(event))
    return [...lines, ...this.#persistent.map(({ id }) => `${id} resync`)]
  }

  /** What all are told when the session ends by `close`. */
  end(): string[] {
    const lost = this.#oneShots.map(({ id, path }) => `${id} sessionLost ${path}`)
    const ended = this.#persistent.map(({ id }) => `${id} end`)
    this.#oneShots = []
    this.#persistent = []
    return [...lost, ...ended]
  }
}

function sees(watch: Persistent, event: ModelEvent): boolean {
  if (watch.mode === 'persistent') return watch.path === event.path
  return event.type !== 'childrenChanged' && isWithin(event.path, watch.path)
}

function missed(tree: TreeModel, kind: ModelWatchKind, path: string, zxid: number): ModelEvent[] {
  const stat = tree.stat(path)
  if (kind === 'exist') return stat === undefined ? [] : [{ type: 'created', path }]
  if (stat === undefined) return [{ type: 'deleted', path }]
  if (kind === 'data') return stat.mzxid > zxid ? [{ type: 'dataChanged', path }] : []
  return stat.pzxid > zxid ? [{ type: 'childrenChanged', path }] : []
}
