import type { PersistentWatchEvent } from '../session/watch-event.ts'

/** How many events may wait for somebody who is slow to take them; one more turns them all into one `resync`. */
const MAX_BUFFERED_EVENTS = 10_000

/** Keeps events until they are taken. */
export class EventBuffer {
  #events: PersistentWatchEvent[] = []

  push(event: PersistentWatchEvent): void {
    if (this.#events.length >= MAX_BUFFERED_EVENTS) this.#events = [{ type: 'resync' }]
    else this.#events.push(event)
  }

  get isEmpty(): boolean {
    return this.#events.length === 0
  }

  /** All events in their order. */
  take(): PersistentWatchEvent[] {
    const events = this.#events
    this.#events = []
    return events
  }
}
