import type { ChildProcess, SendHandle } from 'node:child_process'

/**
 * What a supervisor and an engine with `listeners: 'inherit'` say to each other over the engine's IPC
 * channel. A `socket` message carries a listening socket beside its text.
 */
export type ToEngine =
  | { readonly kind: 'socket'; readonly key: string }
  | { readonly kind: 'drop'; readonly key: string }
  /** How a supervisor is started: should this one die, the engine starts the next. */
  | { readonly kind: 'supervisor'; readonly command: readonly string[] }
  | {
      readonly kind: 'call'
      readonly id: number
      readonly method: string
      readonly params: unknown
    }

export type FromEngine =
  | { readonly kind: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly error: string }
  /** To a supervisor that the engine has started: the sockets that it listens on, then the end. */
  | { readonly kind: 'socket'; readonly key: string }
  | { readonly kind: 'handed-over' }

/** One end of an IPC channel. */
export interface EngineChannelEnd {
  /** Messages to an end that is gone are lost without an error. */
  send(message: ToEngine | FromEngine, socket?: object): void
  onMessage(listener: (message: unknown, socket: unknown) => void): void
  onClose(listener: () => void): void
}

export function channelToChild(child: ChildProcess): EngineChannelEnd {
  return {
    send(message, socket) {
      if (child.connected) child.send(message, asSendHandle(socket), ignoreFailure)
    },
    onMessage(listener) {
      child.on('message', listener)
    },
    onClose(listener) {
      child.once('disconnect', listener)
    },
  }
}

/** Undefined: this process was not started with a channel. */
export function channelToParent(): EngineChannelEnd | undefined {
  if (process.send === undefined) return undefined
  return {
    send(message, socket) {
      if (process.connected) process.send?.(message, asSendHandle(socket), {}, ignoreFailure)
    },
    onMessage(listener) {
      process.on('message', listener)
    },
    onClose(listener) {
      process.once('disconnect', listener)
    },
  }
}

/**
 * Node sends native TCP handles as well as servers and sockets (its `net.Native` type, which `cluster`
 * uses), though the type does not say so.
 */
function asSendHandle(socket: object | undefined): SendHandle | undefined {
  return socket as SendHandle | undefined
}

function ignoreFailure(): void {
  // The other end is gone; its exit or disconnect tells.
}

export function isToEngine(message: unknown): message is ToEngine {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  switch (message.kind) {
    case 'socket':
    case 'drop':
      return 'key' in message && typeof message.key === 'string'
    case 'supervisor':
      return (
        'command' in message &&
        Array.isArray(message.command) &&
        message.command.every((part) => typeof part === 'string')
      )
    case 'call':
      return (
        'id' in message &&
        typeof message.id === 'number' &&
        'method' in message &&
        typeof message.method === 'string'
      )
    default:
      return false
  }
}

export function isFromEngine(message: unknown): message is FromEngine {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return false
  switch (message.kind) {
    case 'reply':
      return 'id' in message && typeof message.id === 'number'
    case 'socket':
      return 'key' in message && typeof message.key === 'string'
    case 'handed-over':
      return true
    default:
      return false
  }
}
