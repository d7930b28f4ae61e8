import { setTimeout as wait } from 'node:timers/promises'
import { Backoff } from '@zoogate/balancer'
import type { ZooKeeper } from '@zoogate/zookeeper'
import type { Logger } from 'pino'
import type { NodeReport } from '../../model/node-report.ts'
import type { TreePaths } from '../../store/tree-paths.ts'
import { AgentError } from '../agent-error.ts'
import { claimNode } from './node-claim.ts'

/** A node writes at most so often: ZooKeeper is not for counters. */
const REPORT_INTERVAL_MS = 1_000

/** An agent that is told to end waits so long for its last report. */
const LAST_REPORT_MS = 500

const RETRY = { minMs: 500, maxMs: 30_000, random: Math.random } as const

export interface ReporterOptions {
  readonly client: ZooKeeper
  readonly paths: TreePaths
  readonly gateway: string
  readonly node: string
  readonly owner: string
  readonly report: () => Omit<NodeReport, 'updatedAt'>
  /** Somebody else goes by the node's name. */
  readonly onTaken: (error: AgentError) => void
  readonly log: Logger
}

/**
 * Says in ZooKeeper how the node fares: on transitions, at most once a second, and only while it goes
 * by the node's name. In every new session the name is claimed anew.
 */
export class Reporter {
  readonly #options: ReporterOptions
  readonly #backOff = new Backoff(RETRY)
  readonly #unlisten: () => void
  #claimedBy = 0n
  #written = ''
  #working = false
  #pending = false
  #worked: Promise<void> = Promise.resolve()
  #notBeforeMs = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#unlisten = options.client.onStateChange((state) => {
      if (state === 'connected') this.changed()
    })
    this.changed()
  }

  /** Something about the node may be another. */
  changed(): void {
    this.#pending = true
    if (this.#closed || this.#working || this.#timer !== undefined) return
    const delayMs = Math.max(0, this.#notBeforeMs - performance.now())
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#worked = this.#work()
    }, delayMs)
  }

  /** Says what is not said yet: an agent that ends is not asked again. Waits for that a moment, and no longer. */
  async close(): Promise<void> {
    this.#closed = true
    this.#unlisten()
    clearTimeout(this.#timer)
    const last = this.#worked.then(() => (this.#pending ? this.#work() : undefined))
    const ended = new AbortController()
    const tooLate = wait(LAST_REPORT_MS, undefined, { signal: ended.signal }).catch(() => {})
    await Promise.race([last, tooLate])
    ended.abort()
  }

  async #work(): Promise<void> {
    if (this.#options.client.state !== 'connected') return
    this.#working = true
    this.#pending = false
    this.#notBeforeMs = performance.now() + REPORT_INTERVAL_MS
    try {
      await this.#claim()
      await this.#write()
      this.#backOff.reset()
    } catch (error) {
      this.#onFailure(error)
    } finally {
      this.#working = false
      if (this.#pending) this.changed()
    }
  }

  async #claim(): Promise<void> {
    const { client } = this.#options
    const session = client.sessionId
    if (this.#claimedBy === session) return
    await claimNode(this.#options)
    this.#claimedBy = session
    this.#written = ''
  }

  async #write(): Promise<void> {
    const { client, paths, gateway, node, report } = this.#options
    const content = report()
    const text = JSON.stringify(content)
    if (text === this.#written) return
    const full: NodeReport = { ...content, updatedAt: new Date().toISOString() }
    await client.setData(paths.node(gateway, node), JSON.stringify(full))
    this.#written = text
  }

  #onFailure(error: unknown): void {
    if (this.#closed) return
    const { log, onTaken } = this.#options
    if (error instanceof AgentError && error.code === 'AGENT_NODE_TAKEN') onTaken(error)
    log.warn({ err: error }, 'the node’s report could not be written')
    this.#notBeforeMs = performance.now() + this.#backOff.nextMs()
    this.#pending = true
  }
}
