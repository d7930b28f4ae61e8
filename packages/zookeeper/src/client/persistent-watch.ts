import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { notify } from '../session/notify.ts'
import type { PersistentWatchEvent, PersistentWatchMode } from '../session/watch-event.ts'
import type { PersistentWatcher } from '../session/watch-registry.ts'

/** How many events an iterator that is slow to read may have waiting; one more turns them all into one `resync`. */
const MAX_BUFFERED_EVENTS = 10_000

/**
 * A watch that stays until it is closed: over reconnects, and over sessions.
 *
 * Take events with `subscribe`, or with `for await`. After every `resync` read again what you keep. In 3.6 to 3.8 a
 * server has one watch for each connection and path: leave no one-shot watch on the path of a persistent one.
 */
export class PersistentWatch implements AsyncIterable<PersistentWatchEvent>, AsyncDisposable {
  readonly path: string
  readonly mode: PersistentWatchMode
  readonly #listeners = new Set<(event: PersistentWatchEvent) => void>()
  readonly #enders = new Set<() => void>()
  readonly #remove: () => Promise<void>
  #ended = false
  #error: ZooKeeperError | undefined

  /** `attach` gets what the events are to be told to, and gives what takes the watch away again; see `ZooKeeper.addWatch`. */
  constructor(
    path: string,
    mode: PersistentWatchMode,
    attach: (watcher: PersistentWatcher) => () => Promise<void>,
  ) {
    this.path = path
    this.mode = mode
    this.#remove = attach({
      onEvent: (event) => this.#tell(event),
      onEnd: (error) => this.#end(error),
    })
  }

  /** Whether no event will come any more. */
  get ended(): boolean {
    return this.#ended
  }

  /** Why it ended, where nobody closed it: the server does not know persistent watches any more. */
  get error(): ZooKeeperError | undefined {
    return this.#error
  }

  /** Calls the listener for every event, until the returned function is called. */
  subscribe(listener: (event: PersistentWatchEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls the listener when the watch ends, whoever ended it, until the returned function is called. */
  onEnd(listener: () => void): () => void {
    this.#enders.add(listener)
    return () => this.#enders.delete(listener)
  }

  /** Ends the watch, and takes it off the server when it was the last one on its path. Never rejects. */
  async close(): Promise<void> {
    if (this.#ended) return
    this.#end(undefined)
    await this.#remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** Ends when the watch ends; throws `error` where there is one. */
  async *[Symbol.asyncIterator](): AsyncGenerator<PersistentWatchEvent, void, undefined> {
    let buffered: PersistentWatchEvent[] = []
    let wake = () => {}
    const unsubscribe = this.subscribe((event) => {
      if (buffered.length >= MAX_BUFFERED_EVENTS) buffered = [{ type: 'resync' }]
      else buffered.push(event)
      wake()
    })
    const unlisten = this.onEnd(() => wake())
    try {
      for (;;) {
        const events = buffered
        buffered = []
        yield* events
        if (buffered.length > 0) continue
        if (this.#ended) break
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (this.#error !== undefined) throw this.#error
    } finally {
      unsubscribe()
      unlisten()
    }
  }

  #tell(event: PersistentWatchEvent): void {
    // One that was on its way when the watch was closed.
    if (this.#ended) return
    for (const listener of [...this.#listeners]) notify(() => listener(event))
  }

  #end(error: ZooKeeperError | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    for (const end of [...this.#enders]) notify(end)
  }
}
