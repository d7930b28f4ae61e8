/** HAProxy closes idle connections to a server within some seconds. */
const RETRY_MS = 500

export interface DeletionsOptions {
  /** Tries to delete the servers of a backend that wait, and says by `set` which still do. */
  readonly attempt: (backend: string) => Promise<void>
  /** Default 500. */
  readonly retryMs?: number
}

/**
 * Servers that are out of service and shall be deleted. HAProxy refuses that while a connection to
 * them is open, if only an idle one, so it is tried again and again in the background.
 */
export class Deletions {
  readonly #waiting = new Map<string, ReadonlySet<string>>()
  readonly #options: DeletionsOptions
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: DeletionsOptions) {
    this.#options = options
  }

  /** The servers of a backend that wait. */
  of(backend: string): ReadonlySet<string> {
    return this.#waiting.get(backend) ?? new Set()
  }

  /** From now on these servers of the backend wait, and no others. */
  set(backend: string, servers: readonly string[]): void {
    if (servers.length === 0) this.#waiting.delete(backend)
    else this.#waiting.set(backend, new Set(servers))
    this.#schedule()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== undefined || this.#waiting.size === 0) return
    this.#timer = setTimeout(() => void this.#retry(), this.#options.retryMs ?? RETRY_MS)
    this.#timer.unref()
  }

  async #retry(): Promise<void> {
    for (const backend of [...this.#waiting.keys()]) {
      // HAProxy may be away for a moment; the servers go on waiting.
      await this.#options.attempt(backend).catch(() => {})
    }
    this.#timer = undefined
    this.#schedule()
  }
}
