import type { PickerEndpoint } from '@zoogate/balancer/policies'
import type { EndpointConfig } from './config.ts'
import type { Health } from './health-watch.ts'
import type { Upstream } from './wire.ts'

/** One endpoint of a pool at one moment, as the picker sees it. Replaced when anything changes. */
export interface EndpointSlot extends PickerEndpoint {
  readonly endpoint: EndpointConfig
  readonly health: Health
  readonly connection: SharedUpstream
}

/** An upstream that is opened at its first use and outlives changes of weight and state. */
export class SharedUpstream {
  /** What it leads to: the same text, the same upstream. */
  readonly key: string
  readonly #open: () => Upstream
  #upstream: Upstream | undefined

  constructor(key: string, open: () => Upstream) {
    this.key = key
    this.#open = open
  }

  use(): Upstream {
    this.#upstream ??= this.#open()
    return this.#upstream
  }

  /** Finishes the requests it has and closes what is idle. A later use opens it anew. */
  retire(): void {
    const upstream = this.#upstream
    this.#upstream = undefined
    // A graceful close fails only when the upstream was destroyed meanwhile: then it is closed.
    upstream?.close().catch(() => {})
  }

  destroy(): void {
    this.#upstream?.destroy()
    this.#upstream = undefined
  }
}
