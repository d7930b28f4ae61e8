import { type ChildProcess, spawn } from 'node:child_process'
import {
  channelToChild,
  channelToParent,
  type EngineChannelEnd,
  isToEngine,
  type ToEngine,
} from './engine-messages.ts'
import { SUPERVISOR_EXIT_CODES } from './supervisor-exit.ts'

/** Between two attempts to start a supervisor, at first and at most. */
const FIRST_DELAY_MS = 100
const DELAY_MAX_MS = 10_000

export interface InheritedProgramOptions {
  /** Answers a call. The sockets are all that the supervisor has given, by their key. */
  readonly call: (
    method: string,
    params: unknown,
    sockets: ReadonlyMap<string, object>,
  ) => Promise<unknown>
  /**
   * The engine has no place any more: its supervisor is gone and it never served, or the node's
   * folder was removed.
   */
  readonly orphaned: () => void
}

/**
 * The engine's side of `listeners: 'inherit'`. It takes sockets from its supervisor and answers its
 * calls. When the supervisor is killed, the engine goes on serving, starts the next supervisor and
 * hands it the sockets: no connection is lost, whichever of the two dies.
 */
export class InheritedProgram {
  readonly #options: InheritedProgramOptions
  readonly #sockets = new Map<string, object>()
  #end: EngineChannelEnd | undefined
  #command: readonly string[] = []
  #delayMs = FIRST_DELAY_MS
  #leaving = false
  #serves = false

  constructor(options: InheritedProgramOptions) {
    this.#options = options
  }

  /** @throws Error when this process was not started by a supervisor */
  begin(): void {
    const parent = channelToParent()
    if (parent === undefined) throw new Error('an engine of ours is started by its supervisor')
    this.#attach(parent)
  }

  /** The engine ends: a supervisor that goes is not replaced any more. */
  leave(): void {
    this.#leaving = true
  }

  #attach(end: EngineChannelEnd): void {
    this.#end = end
    end.onMessage((message, socket) => {
      if (isToEngine(message)) this.#take(message, socket)
    })
    end.onClose(() => {
      if (this.#end === end) this.#supervisorGone()
    })
  }

  #take(message: ToEngine, socket: unknown): void {
    switch (message.kind) {
      case 'socket':
        if (typeof socket === 'object' && socket !== null) this.#sockets.set(message.key, socket)
        break
      case 'drop':
        this.#sockets.delete(message.key)
        break
      case 'supervisor':
        this.#command = message.command
        this.#delayMs = FIRST_DELAY_MS
        break
      case 'call':
        void this.#answer(message.id, message.method, message.params)
    }
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const end = this.#end
    try {
      const result = await this.#options.call(method, params, this.#sockets)
      this.#serves = true
      end?.send({ kind: 'reply', id, result: result ?? null })
    } catch (error) {
      end?.send({
        kind: 'reply',
        id,
        error: error instanceof Error ? error.message : String(error),
      })
    }
  }

  #supervisorGone(): void {
    this.#end = undefined
    if (this.#leaving) return
    if (!this.#serves || this.#command.length === 0) {
      this.#options.orphaned()
      return
    }
    setTimeout(() => this.#startSupervisor(), this.#delayMs)
    this.#delayMs = Math.min(DELAY_MAX_MS, this.#delayMs * 2)
  }

  #startSupervisor(): void {
    if (this.#leaving) return
    const [command = process.execPath, ...args] = this.#command
    const child = spawn(command, [...args, '--started-by-engine'], {
      detached: true,
      // Its words go where ours go: the engine's log.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    child.once('error', () => this.#supervisorGone())
    child.once('exit', (code) => {
      if (code === SUPERVISOR_EXIT_CODES.noFolder) this.#options.orphaned()
    })
    this.#handOver(child)
    child.unref()
  }

  #handOver(child: ChildProcess): void {
    const end = channelToChild(child)
    this.#attach(end)
    for (const [key, socket] of this.#sockets) end.send({ kind: 'socket', key }, socket)
    end.send({ kind: 'handed-over' })
  }
}
