import { type EngineChannelEnd, isFromEngine } from '../engines/inherit/engine-messages.ts'
import { type BoundSocket, isBoundSocket } from './listening-sockets.ts'
import { SupervisorError } from './supervisor-error.ts'

interface PendingCall {
  readonly method: string
  readonly resolve: (result: unknown) => void
  readonly reject: (error: SupervisorError) => void
  readonly timer: NodeJS.Timeout
}

/** The supervisor's end of an engine's IPC channel: questions with answers, and sockets. */
export class EngineChannel {
  readonly #end: EngineChannelEnd
  readonly #pending = new Map<number, PendingCall>()
  readonly #handedOver = new Map<string, BoundSocket>()
  readonly #whenHandedOver: Promise<ReadonlyMap<string, BoundSocket>>
  #stopHandOver: (error: SupervisorError) => void = () => {}
  #nextId = 1
  #closed = false

  constructor(end: EngineChannelEnd) {
    this.#end = end
    let handedOver = () => {}
    this.#whenHandedOver = new Promise((resolve, reject) => {
      handedOver = () => resolve(this.#handedOver)
      this.#stopHandOver = (error) => reject(error)
    })
    // Only a supervisor that its engine started waits for them.
    this.#whenHandedOver.catch(() => {})
    end.onMessage((message, socket) => {
      if (!isFromEngine(message)) return
      if (message.kind === 'reply') this.#answered(message)
      else if (message.kind === 'handed-over') handedOver()
      else if (isBoundSocket(socket)) this.#handedOver.set(message.key, socket)
    })
    end.onClose(() => this.#close())
  }

  /**
   * The sockets of an engine that started this supervisor. No other engine sends any.
   * @throws SupervisorError `SUPERVISOR_ENGINE_FAILED` where it is gone, `SUPERVISOR_TIMEOUT`
   */
  handedOver(timeoutMs: number): Promise<ReadonlyMap<string, BoundSocket>> {
    const timer = setTimeout(() => {
      const message = `the engine did not hand over its sockets within ${timeoutMs} ms`
      this.#stopHandOver(new SupervisorError('SUPERVISOR_TIMEOUT', message))
    }, timeoutMs)
    return this.#whenHandedOver.finally(() => clearTimeout(timer))
  }

  giveSocket(key: string, socket: BoundSocket): void {
    this.#end.send({ kind: 'socket', key }, socket)
  }

  dropSocket(key: string): void {
    this.#end.send({ kind: 'drop', key })
  }

  introduce(command: readonly string[]): void {
    this.#end.send({ kind: 'supervisor', command })
  }

  /**
   * @throws SupervisorError `SUPERVISOR_ENGINE_FAILED` with the engine's words, or when it is gone;
   * `SUPERVISOR_TIMEOUT`
   */
  call(method: string, params: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#closed) return Promise.reject(engineGone(method))
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      const timer = setTimeout(() => {
        this.#pending.delete(id)
        const message = `the engine did not answer ${method} within ${timeoutMs} ms`
        reject(new SupervisorError('SUPERVISOR_TIMEOUT', message))
      }, timeoutMs)
      this.#pending.set(id, { method, resolve, reject, timer })
      this.#end.send({ kind: 'call', id, method, params })
    })
  }

  #answered(message: { readonly id: number } & ({ result: unknown } | { error: string })): void {
    const call = this.#pending.get(message.id)
    if (call === undefined) return
    this.#pending.delete(message.id)
    clearTimeout(call.timer)
    if ('error' in message) {
      call.reject(new SupervisorError('SUPERVISOR_ENGINE_FAILED', String(message.error)))
    } else call.resolve(message.result)
  }

  #close(): void {
    this.#closed = true
    this.#stopHandOver(engineGone('the hand-over of its sockets'))
    for (const { method, reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(engineGone(method))
    }
    this.#pending.clear()
  }
}

function engineGone(method: string): SupervisorError {
  const message = `the engine ended before it answered ${method}`
  return new SupervisorError('SUPERVISOR_ENGINE_FAILED', message)
}
