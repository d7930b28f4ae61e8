import { randomBytes } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import { isIP, type Server as NetServer } from 'node:net'
import { hostname } from 'node:os'
import { BalancerError } from '../balancer-error.ts'
import type { InstanceState } from '../discovery/registration.ts'
import { findZooKeeper } from './find-zookeeper.ts'
import { ownAddress } from './own-address.ts'
import type { RegistrationEvent } from './registration-event.ts'
import type { ServiceRegistrationOptions } from './registration-options.ts'
import { drainOf, type ServerDrain } from './server-drain.ts'
import { ServiceRegistration } from './service-registration.ts'

export const DEFAULT_DRAIN_MS = 5_000

/** How long requests in flight may take after the drain. */
const DEFAULT_INFLIGHT_TIMEOUT_MS = 30_000

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

type Inherited = Omit<ServiceRegistrationOptions, 'zookeeper' | 'id' | 'address' | 'port'>

export interface RegisterServiceOptions extends Inherited {
  /** Default: `ZOOGATE_ZOOKEEPER`, then `.zoogate/run.json` in the working directory. */
  readonly zookeeper?: string
  /** Default: host name, port and six random digits, so a new one for each process. */
  readonly id?: string
  /** Default: where the server is bound; bound to every address: the one used towards ZooKeeper. */
  readonly address?: string
  /** How long the instance says `draining` and goes on serving before it leaves. Default 5 s. */
  readonly drainMs?: number
  /** How long `close` waits after that for requests in flight. Default 30 s. */
  readonly inflightTimeoutMs?: number
  /**
   * At SIGTERM and SIGINT: `close()`, stop the server, and end the process as the signal would have,
   * unless the program listens to the signal itself. A second signal ends it at once. Default false.
   */
  readonly handleSignals?: boolean
  /** Hears of every change of the registration, from the first on. */
  readonly onChange?: (event: RegistrationEvent) => void
}

/** A server's registration, as `registerService` gives it. */
export interface RegisteredService extends AsyncDisposable {
  readonly id: string
  readonly address: string
  readonly port: number
  readonly registration: ServiceRegistration
  setState(state: InstanceState): Promise<void>
  setWeight(weight: number): Promise<void>
  /**
   * Leaves without losing a request: says `draining`, goes on serving for `drainMs` and until nothing
   * is in flight, each response saying `Connection: close`; then says `down` and ends the session.
   * The server itself goes on listening.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>
}

/**
 * Registers a Node server as an instance of a Service and keeps it registered. Waits until the server
 * listens and the registration is made, for as long as ZooKeeper is away.
 * @throws BalancerError `INVALID_OPTION`, `ZOOKEEPER_UNKNOWN`, `INSTANCE_ID_TAKEN`, `ZOOKEEPER_AUTH_FAILED`
 */
export async function registerService(
  server: HttpServer | NetServer,
  options: RegisterServiceOptions,
): Promise<RegisteredService> {
  const zookeeper = findZooKeeper(options.zookeeper)
  await listening(server)
  const { address, port } = await publicAddress(server, options.address, zookeeper)
  const id = options.id ?? instanceId(port)
  const registration = new ServiceRegistration({ ...options, zookeeper, id, address, port })
  const { onChange } = options
  if (onChange !== undefined) registration.onChange(onChange)
  const drain = drainOf(server)
  const service = registeredService(registration, drain, { address, port }, options)
  const signals = options.handleSignals === true ? leaveAtSignals(service, server) : undefined
  try {
    await registration.registered
  } catch (error) {
    // A signal that came while ZooKeeper was away ends the process; only else is it the caller's.
    await signals?.leaving()
    signals?.stop()
    await service.close({ drainMs: 0 })
    throw error
  }
  return service
}

/** A name that no other process takes: `web1-3000-4f9a2c`. */
export function instanceId(port: number): string {
  const host = hostname()
    .replaceAll(/[^A-Za-z0-9.-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
  return `${host.slice(0, 100) || 'instance'}-${port}-${randomBytes(3).toString('hex')}`
}

function registeredService(
  registration: ServiceRegistration,
  drain: ServerDrain,
  { address, port }: { readonly address: string; readonly port: number },
  options: RegisterServiceOptions,
): RegisteredService {
  let closing: Promise<void> | undefined
  const leave = async (drainMs: number) => {
    if (drainMs > 0 && registration.mayBeSeen) {
      void registration.setState('draining')
      drain.begin()
      await new Promise((resolve) => setTimeout(resolve, drainMs))
      await drain.idle(options.inflightTimeoutMs ?? DEFAULT_INFLIGHT_TIMEOUT_MS)
    }
    await registration.close()
    drain.stop()
  }
  const close: RegisteredService['close'] = (given = {}) => {
    closing ??= leave(given.drainMs ?? options.drainMs ?? DEFAULT_DRAIN_MS)
    return closing
  }
  return {
    id: registration.id,
    address,
    port,
    registration,
    setState: (state) => registration.setState(state),
    setWeight: (weight) => registration.setWeight(weight),
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}

function leaveAtSignals(service: RegisteredService, server: HttpServer | NetServer) {
  const stop = () => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  let leaving: Promise<void> | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    const end = () => {
      stop()
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    }
    if (leaving !== undefined) {
      end()
      return
    }
    leaving = service.close().then(() => {
      server.close()
      if ('closeIdleConnections' in server) server.closeIdleConnections()
      end()
    })
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return { stop, leaving: async () => leaving }
}

function listening(server: NetServer): Promise<void> {
  if (server.listening) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      server.off('listening', settle)
      server.off('error', settle)
      if (error === undefined) resolve()
      else reject(error)
    }
    server.once('listening', settle)
    server.once('error', settle)
  })
}

async function publicAddress(
  server: NetServer,
  given: string | undefined,
  zookeeper: string,
): Promise<{ address: string; port: number }> {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') {
    throw new BalancerError(
      'INVALID_OPTION',
      'the server must listen on a TCP port: load balancers cannot reach a socket file',
    )
  }
  const everywhere = bound.address === '::' || bound.address === '0.0.0.0'
  const address = given ?? (everywhere ? await ownAddress(zookeeper) : bound.address)
  if (isIP(address) === 0) {
    throw new BalancerError('INVALID_OPTION', `address must be an IP address, not ${address}`)
  }
  return { address, port: bound.port }
}
