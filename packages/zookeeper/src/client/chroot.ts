import { isWithin } from '../protocol/path.ts'
import type { WatchEvent } from '../session/watch-event.ts'

/** Translates between the caller's paths and the server's, which lie below the connect string's path. */
export class Chroot {
  /** Without a trailing slash; "" for none. */
  readonly prefix: string

  constructor(prefix: string) {
    this.prefix = prefix
  }

  /** Whether paths are the same on both sides. */
  get isRoot(): boolean {
    return this.prefix === ''
  }

  toServer(path: string): string {
    if (this.prefix === '') return path
    return path === '/' ? this.prefix : this.prefix + path
  }

  /** A path outside the prefix, which a server should never tell, stays as it is. */
  toClient(path: string): string {
    if (this.prefix === '' || !isWithin(path, this.prefix)) return path
    return path.length === this.prefix.length ? '/' : path.slice(this.prefix.length)
  }

  event<Event extends WatchEvent>(event: Event): Event {
    return this.prefix === '' ? event : { ...event, path: this.toClient(event.path) }
  }
}
