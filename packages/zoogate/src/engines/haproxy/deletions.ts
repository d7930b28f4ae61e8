/** HAProxy closes idle connections to a server within some seconds. */
const RETRY_MS = 500

export interface DeletionsOptions {
  /** Tries to delete the servers of a service that wait, and says by `set` which still do. */
  readonly attempt: (service: string) => Promise<void>
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

  /** The servers of a service that wait. */
  of(service: string): ReadonlySet<string> {
    return this.#waiting.get(service) ?? new Set()
  }

  /** From now on these servers of the service wait, and no others. */
  set(service: string, servers: readonly string[]): void {
    if (servers.length === 0) this.#waiting.delete(service)
    else this.#waiting.set(service, new Set(servers))
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
    for (const service of [...this.#waiting.keys()]) {
      // HAProxy may be away for a moment; the servers go on waiting.
      await this.#options.attempt(service).catch(() => {})
    }
    this.#timer = undefined
    this.#schedule()
  }
}
