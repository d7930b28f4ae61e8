import { randomInt } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { resolve as absolute } from 'node:path'
import { systemClock } from './clock.ts'
import { listen } from './net/listen.ts'
import { ServerCore } from './server-core.ts'
import { type Settings, settingsOf, type ZooKeeperServerOptions } from './server-options.ts'
import { sessionPasswords } from './sessions/session-passwords.ts'
import { type FolderLock, lockFolder } from './storage/folder-lock.ts'
import { Storage } from './storage/storage.ts'
import { ZooKeeperServerError } from './zookeeper-server-error.ts'

const UINT32_END = 2 ** 32

/** What a server has while it serves. */
interface Running {
  readonly core: ServerCore
  readonly storage: Storage
  readonly listener: Server
  readonly lock: FolderLock
  readonly stopTimers: () => void
}

/**
 * A ZooKeeper of one node: durable, and open to every client that speaks the wire protocol. No ensemble, no TLS.
 *
 *     const server = new ZooKeeperServer({ dataFolder: '/var/lib/zk', port: 0 })
 *     await server.listen()
 *     // … connect to 127.0.0.1:${server.port}
 *     await server.close()
 */
export class ZooKeeperServer implements AsyncDisposable {
  readonly #options: ZooKeeperServerOptions
  readonly #settings: Settings
  readonly #folder: string
  readonly #stopped: Promise<ZooKeeperServerError | undefined>
  #tellStopped: (reason: ZooKeeperServerError | undefined) => void = () => {}
  #running: Running | undefined
  #port: number

  /** Throws `ZK_SERVER_BAD_OPTION`. */
  constructor(options: ZooKeeperServerOptions) {
    this.#options = options
    this.#settings = settingsOf(options)
    this.#folder = absolute(options.dataFolder)
    this.#port = this.#settings.port
    this.#stopped = new Promise((resolve) => {
      this.#tellStopped = resolve
    })
  }

  /** The port listened on: after `listen` never 0. */
  get port(): number {
    return this.#port
  }

  /** `host:port`, for clients. */
  get connectString(): string {
    const { host } = this.#settings
    return `${host.includes(':') ? `[${host}]` : host}:${this.#port}`
  }

  /** Resolves when the server serves no more: with the reason when it was not `close`. */
  get stopped(): Promise<ZooKeeperServerError | undefined> {
    return this.#stopped
  }

  /**
   * Reads the data folder and serves. Throws a `ZooKeeperServerError`: when the folder is in use (`…_FOLDER_LOCKED`), not
   * usable or damaged, or when the port is taken (`…_PORT_IN_USE`). It may be called again after a failure.
   */
  async listen(): Promise<void> {
    if (this.#running !== undefined) return
    await this.#makeFolder()
    const lock = await lockFolder(this.#folder)
    try {
      this.#running = await this.#start(lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** Closes the connections, waits for the disk, and gives the folder back. Sessions live on until they expire. */
  async close(): Promise<void> {
    await this.#stop(undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #stop(reason: ZooKeeperServerError | undefined): Promise<void> {
    const running = this.#running
    this.#running = undefined
    if (running === undefined) return
    running.stopTimers()
    const closed = new Promise<void>((done) => running.listener.close(() => done()))
    running.core.closeConnections()
    await closed
    await running.storage.close()
    await running.lock.release()
    this.#tellStopped(reason)
  }

  async #makeFolder(): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    } catch (cause) {
      throw new ZooKeeperServerError(
        'ZK_SERVER_FOLDER_UNUSABLE',
        `the data folder ${this.#folder} cannot be made: ${cause instanceof Error ? cause.message : String(cause)}`,
        { path: this.#folder, cause },
      )
    }
  }

  async #start(lock: FolderLock): Promise<Running> {
    const { snapshotEveryTransactions, disk, superDigest, clock = systemClock } = this.#options
    const log = this.#options.log ?? (() => {})
    const passwords = await sessionPasswords(this.#folder)
    let core: ServerCore | undefined
    const { storage, database } = await Storage.open({
      folder: this.#folder,
      ...(snapshotEveryTransactions === undefined ? {} : { snapshotEveryTransactions }),
      ...(disk === undefined ? {} : { disk }),
      random32: () => randomInt(UINT32_END),
      onDurable: () => core?.diskReached(),
      onFailure: (error) => {
        core?.diskRefused(error).catch((cause: unknown) => this.#giveUp(cause))
      },
      log,
    })
    core = new ServerCore({
      settings: this.#settings,
      folder: this.#folder,
      database,
      storage,
      passwords,
      superDigest,
      clock,
      log,
    })
    const serving = core
    const listener = createServer((socket) => serving.accept(socket))
    try {
      this.#port = await listen(listener, this.#settings.host, this.#settings.port)
    } catch (error) {
      await storage.close()
      throw error
    }
    serving.listensOn(this.#port)
    const stopTick = clock.every(this.#settings.tickTimeMs, () => void serving.tick())
    const stopReap = clock.every(this.#settings.containerCheckIntervalMs, () => serving.reap())
    const stopTimers = () => {
      stopTick()
      stopReap()
    }
    return { core: serving, storage, listener, lock, stopTimers }
  }

  /** The disk refuses, and what is on it cannot be read back: there is no state to serve. */
  #giveUp(cause: unknown): void {
    const error = new ZooKeeperServerError(
      'ZK_SERVER_WRITE_FAILED',
      `the data folder ${this.#folder} can be neither written nor read: the server stops`,
      { path: this.#folder, cause },
    )
    this.#options.log?.(error.message)
    this.#stop(error).catch((failure: unknown) => this.#options.log?.(String(failure)))
  }
}
