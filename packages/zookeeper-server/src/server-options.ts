import type { Clock } from './clock.ts'
import type { DiskCalls } from './storage/log-file.ts'
import { ZooKeeperServerError } from './zookeeper-server-error.ts'

export interface ZooKeeperServerOptions {
  /** Where the tree is kept. Made when it is not there; one server at a time may use it. */
  readonly dataFolder: string
  /** The address to listen on. Default 127.0.0.1: there is no TLS, so think before you open it to others. */
  readonly host?: string
  /** Default 2181; 0 takes a free one (`server.port`). */
  readonly port?: number
  /** The unit of session timeouts, and how exactly sessions expire (`tickTime`). Default 2000. */
  readonly tickTimeMs?: number
  /** Clients that ask for less get this. Default 2 ticks. */
  readonly minSessionTimeoutMs?: number
  /** Clients that ask for more get this. Default 20 ticks. */
  readonly maxSessionTimeoutMs?: number
  /** The longest request, `jute.maxbuffer`. A longer one closes its connection. Default 1 048 575. */
  readonly maxFrameBytes?: number
  /** More connections than this are closed at once. Default 10 000. */
  readonly maxConnections?: number
  /** How often empty containers and outlived TTL nodes are looked for (`znode.container.checkIntervalMs`). Default 60 000. */
  readonly containerCheckIntervalMs?: number
  /** A snapshot is written after so many transactions (`snapCount`). Default 100 000. */
  readonly snapshotEveryTransactions?: number
  /** `user:hash` of a digest that may do everything (`DigestAuthenticationProvider.superDigest`). Default: there is none. */
  readonly superDigest?: string
  /** Is told in sentences of what an operator should know. Default: nobody is. */
  readonly log?: (message: string) => void
  /** Default: the machine's. */
  readonly clock?: Clock
  /** How the log is written. Default: by the operating system; tests pass one that refuses. */
  readonly disk?: DiskCalls
}

/** The options with their defaults. */
export interface Settings {
  readonly host: string
  readonly port: number
  readonly tickTimeMs: number
  readonly minSessionTimeoutMs: number
  readonly maxSessionTimeoutMs: number
  readonly maxFrameBytes: number
  readonly maxConnections: number
  readonly containerCheckIntervalMs: number
}

const DEFAULTS = {
  host: '127.0.0.1',
  port: 2181,
  tickTimeMs: 2_000,
  maxFrameBytes: 0xfffff,
  maxConnections: 10_000,
  containerCheckIntervalMs: 60_000,
} as const

const MIN_SESSION_TICKS = 2
const MAX_SESSION_TICKS = 20

/** Throws `ZK_SERVER_BAD_OPTION` for a value that cannot work. */
export function settingsOf(options: ZooKeeperServerOptions): Settings {
  const tickTimeMs = options.tickTimeMs ?? DEFAULTS.tickTimeMs
  const settings: Settings = {
    host: options.host ?? DEFAULTS.host,
    port: options.port ?? DEFAULTS.port,
    tickTimeMs,
    minSessionTimeoutMs: options.minSessionTimeoutMs ?? MIN_SESSION_TICKS * tickTimeMs,
    maxSessionTimeoutMs: options.maxSessionTimeoutMs ?? MAX_SESSION_TICKS * tickTimeMs,
    maxFrameBytes: options.maxFrameBytes ?? DEFAULTS.maxFrameBytes,
    maxConnections: options.maxConnections ?? DEFAULTS.maxConnections,
    containerCheckIntervalMs: options.containerCheckIntervalMs ?? DEFAULTS.containerCheckIntervalMs,
  }
  for (const [name, value] of Object.entries(settings)) {
    const least = name === 'port' ? 0 : 1
    if (typeof value === 'number' && !(Number.isInteger(value) && value >= least)) {
      throw badOption(`${name} is ${value}; it must be a whole number from ${least} up`)
    }
  }
  if (settings.port > 65_535) throw badOption(`port is ${settings.port}; ports end at 65535`)
  if (settings.maxSessionTimeoutMs < settings.minSessionTimeoutMs) {
    throw badOption('maxSessionTimeoutMs is below minSessionTimeoutMs')
  }
  if (options.dataFolder === '') throw badOption('dataFolder is empty')
  return settings
}

function badOption(message: string): ZooKeeperServerError {
  return new ZooKeeperServerError('ZK_SERVER_BAD_OPTION', message)
}
