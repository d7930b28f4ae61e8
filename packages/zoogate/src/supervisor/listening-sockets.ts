import net from 'node:net'
import { getSystemErrorName } from 'node:util'
import { socketKey } from '../engines/inherit/socket-key.ts'
import { SupervisorError } from './supervisor-error.ts'
import type { ListenerEntry } from './supervisor-files.ts'

/** A socket that is bound and that this process does not accept from. */
export interface BoundSocket {
  close(): void
}

/**
 * The listening sockets of an engine, kept by the supervisor so that they outlive every engine
 * process: the kernel goes on taking connections into the backlog while no process accepts, and the
 * next one finds them there.
 *
 * A `net.Server` of our own would accept, and take connections away from the engine. What is needed
 * is a socket that is only bound, whose descriptor the engine then listens on: the primary of node's
 * own `cluster` does the same with `net._createServerHandle`, which it exports for that. It is not in
 * the documentation, but it has been there since 0.x and `cluster` cannot work without it; it is
 * used here and nowhere else.
 */
export class ListeningSockets {
  readonly #sockets = new Map<string, BoundSocket>()

  get entries(): ReadonlyMap<string, BoundSocket> {
    return this.#sockets
  }

  /**
   * Binds what is not bound yet. All or nothing.
   * @returns the keys of the sockets that are new
   * @throws SupervisorError `SUPERVISOR_BIND_FAILED` names the listener and the system's error
   */
  bindMissing(listeners: readonly ListenerEntry[]): readonly string[] {
    const added: string[] = []
    try {
      for (const listener of listeners) {
        const key = socketKey(listener)
        if (this.#sockets.has(key)) continue
        this.#sockets.set(key, bind(listener))
        added.push(key)
      }
    } catch (error) {
      this.close(added)
      throw error
    }
    return added
  }

  /** Keys of sockets that no listener of these wants. */
  surplus(listeners: readonly ListenerEntry[]): readonly string[] {
    const wanted = new Set(listeners.map(socketKey))
    return [...this.#sockets.keys()].filter((key) => !wanted.has(key))
  }

  /** Takes over a socket that another process had bound. */
  adopt(key: string, socket: BoundSocket): void {
    this.close([key])
    this.#sockets.set(key, socket)
  }

  close(keys: Iterable<string> = [...this.#sockets.keys()]): void {
    for (const key of keys) {
      this.#sockets.get(key)?.close()
      this.#sockets.delete(key)
    }
  }
}

function bind(listener: ListenerEntry): BoundSocket {
  const { name, address, port } = listener
  const bound =
    address === '*'
      ? // Dual stack where the machine has IPv6.
        orElse(bindAt('::', port, 6), () => bindAt('0.0.0.0', port, 4))
      : bindAt(address, port, address.includes(':') ? 6 : 4)
  if (typeof bound !== 'number') return bound
  throw new SupervisorError(
    'SUPERVISOR_BIND_FAILED',
    `listener ${name}: cannot listen on ${address} port ${port}: ${getSystemErrorName(bound)}`,
  )
}

const NO_IPV6: ReadonlySet<string> = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL'])

function orElse(
  first: BoundSocket | number,
  second: () => BoundSocket | number,
): BoundSocket | number {
  return typeof first === 'number' && NO_IPV6.has(getSystemErrorName(first)) ? second() : first
}

/** A bound socket, or the negative error number of the system. */
function bindAt(address: string, port: number, family: 4 | 6): BoundSocket | number {
  const create: unknown = Reflect.get(net, '_createServerHandle')
  if (typeof create !== 'function') throw new Error('this Node.js has no net._createServerHandle')
  const handle: unknown = Reflect.apply(create, net, [address, port, family])
  if (typeof handle === 'number') return handle
  if (!isBoundSocket(handle)) throw new Error('net._createServerHandle made no socket')
  // libuv keeps EADDRINUSE back until the socket is used; asking for its name brings it out.
  const error: unknown = handle.getsockname({})
  if (typeof error !== 'number' || error === 0) return handle
  handle.close()
  return error
}

/** The shape of the native TCP handles that travel over an IPC channel. */
export function isBoundSocket(
  handle: unknown,
): handle is BoundSocket & { getsockname(into: object): unknown } {
  if (typeof handle !== 'object' || handle === null) return false
  return (
    'close' in handle &&
    typeof handle.close === 'function' &&
    'getsockname' in handle &&
    typeof handle.getsockname === 'function'
  )
}
