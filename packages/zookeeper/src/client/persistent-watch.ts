import type { ZooKeeperError } from '../errors/zookeeper-error.ts'
import { notify } from '../session/notify.ts'
import type { PersistentWatchEvent, PersistentWatchMode } from '../session/watch-event.ts'
import type { PersistentWatcher } from '../session/watch-registry.ts'
import { EventBuffer } from './event-buffer.ts'

/**
 * A watch that stays until it is closed: over reconnects, and over sessions.
 *
 * Take events with `onEvent`, or with `for await`. A loop is told what came before it began too, unless somebody had subscribed by
 * then: so read, then loop, and nothing is missed. Up to 10,000 events wait for a loop that is slow; one more turns them all into one
 * `resync`. After every `resync` read again what you keep. One-shot watches on its path hear of their changes as anywhere else; with servers from
 * 3.6 to 3.8, that have one watch for each connection and path, the persistent one hears for them.
 */
export class PersistentWatch implements AsyncIterable<PersistentWatchEvent>, AsyncDisposable {
  readonly path: string
  readonly mode: PersistentWatchMode
  readonly #listeners = new Set<(event: PersistentWatchEvent) => void>()
  readonly #enders = new Set<() => void>()
  readonly #remove: () => Promise<void>
  /** What came before anybody took events; undefined once somebody does. */
  #early: EventBuffer | undefined = new EventBuffer()
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
  onEvent(listener: (event: PersistentWatchEvent) => void): () => void {
    this.#early = undefined
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
    const buffer = this.#early ?? new EventBuffer()
    let wake = () => {}
    const unsubscribe = this.onEvent((event) => {
      buffer.push(event)
      wake()
    })
    const unlisten = this.onEnd(() => wake())
    try {
      while (!buffer.isEmpty || !this.#ended) {
        yield* buffer.take()
        if (!buffer.isEmpty || this.#ended) continue
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
    this.#early?.push(event)
    for (const listener of [...this.#listeners]) notify(() => listener(event))
  }

  #end(error: ZooKeeperError | undefined): void {
    if (this.#ended) return
    this.#ended = true
    this.#error = error
    for (const end of [...this.#enders]) notify(end)
  }
}
