import type { ZooKeeper } from '@zoogate/zookeeper'
import type { Logger } from 'pino'
import { nativeText } from '../../model/resources/native-text.ts'
import type { ZnodeText } from '../../model/view/builder.ts'
import { FollowedTree, type PathChange } from './followed-tree.ts'

export interface ZnodeTextWatchOptions {
  readonly client: ZooKeeper
  readonly path: string
  /** It is another text, or another problem. */
  readonly onChange: () => void
  readonly log: Logger
}

/** Follows the text of a native configuration in a znode of somebody's. */
export class ZnodeTextWatch {
  readonly path: string
  readonly #onChange: () => void
  readonly #tree: FollowedTree
  #last: ZnodeText | { readonly problem: string } | undefined

  constructor({ client, path, onChange, log }: ZnodeTextWatchOptions) {
    this.path = path
    this.#onChange = onChange
    const told = (changes: readonly PathChange[]) => this.#take(changes)
    this.#tree = new FollowedTree({ client, path, maxDepth: 0, onChange: told, log })
  }

  /** Undefined: not read yet. */
  get last(): ZnodeText | { readonly problem: string } | undefined {
    return this.#last
  }

  close(): Promise<void> {
    return this.#tree.close()
  }

  #take(changes: readonly PathChange[]): void {
    const change = changes.at(-1)
    if (change === undefined) {
      if (this.#last !== undefined || !this.#tree.synced) return
      this.#last = { problem: `there is no znode ${this.path}` }
    } else if (change.gone) {
      this.#last = { problem: `the znode ${this.path} is gone` }
    } else {
      const read = nativeText(change.data ?? Buffer.alloc(0))
      this.#last =
        'problem' in read
          ? { problem: `the znode ${this.path} ${read.problem}` }
          : { text: read.text, mzxid: change.mzxid.toString(16) }
    }
    this.#onChange()
  }
}
