import { nodeName, parentPath } from '../protocol/path.ts'
import type { TreeChange } from './tree-difference.ts'

/** The names of the children of each znode of a tree, kept beside a map by path, for who asks for children. */
export class ChildIndex {
  readonly #names = new Map<string, Set<string>>()

  constructor(paths: Iterable<string>) {
    for (const path of paths) this.#add(path)
  }

  /** Follows the tree. */
  apply({ type, path }: TreeChange): void {
    if (type === 'added') this.#add(path)
    else if (type === 'removed') this.#remove(path)
  }

  /** The names, in no order. */
  namesOf(path: string): string[] {
    return [...(this.#names.get(path) ?? [])]
  }

  #add(path: string): void {
    if (path === '/') return
    const parent = parentPath(path)
    const names = this.#names.get(parent)
    if (names === undefined) this.#names.set(parent, new Set([nodeName(path)]))
    else names.add(nodeName(path))
  }

  #remove(path: string): void {
    if (path === '/') return
    const parent = parentPath(path)
    const names = this.#names.get(parent)
    names?.delete(nodeName(path))
    if (names?.size === 0) this.#names.delete(parent)
  }
}
