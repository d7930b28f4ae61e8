import type { ZooKeeper } from '../../client/zookeeper.ts'
import type { WatchListener } from '../../session/watch-registry.ts'
import { Bell } from './bell.ts'

/** The one-shot watch of somebody who waits: it rings a bell, and is taken away with who left it. */
export class Lookout implements Disposable {
  readonly bell = new Bell()
  readonly #client: ZooKeeper
  #path: string | undefined

  constructor(client: ZooKeeper) {
    this.#client = client
  }

  /** The watch for a read of this path; one on another path is taken away. */
  at(path: string): WatchListener {
    if (this.#path !== path) this.#leave()
    this.#path = path
    return this.bell.ring
  }

  /** Without this a watch would stay for as long as the one whom nobody waits for any more. */
  [Symbol.dispose](): void {
    this.#leave()
  }

  #leave(): void {
    if (this.#path === undefined) return
    // There is none when it has told its event, or its read left none.
    this.#client.removeWatches(this.#path, { watch: this.bell.ring }).catch(() => undefined)
  }
}
