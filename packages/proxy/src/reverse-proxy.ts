import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { Duplex } from 'node:stream'
import type { EndpointConfig, ListenerConfig, ProxyConfig, RouteConfig } from './config.ts'
import { type Counters, countStatus, newCounters } from './counters.ts'
import { type EndpointObservation, EndpointPool } from './endpoint-pool.ts'
import { Exchange } from './exchange.ts'
import { Front, type ListenOn } from './front.ts'
import { type HealthWatchFactory, watchHealth } from './health-watch.ts'
import { respondShortly } from './plain-response.ts'
import { requestHeadWithoutUpgrade, writeRawResponse } from './raw-response.ts'
import { type CheckedRequest, checkRequest } from './request-check.ts'
import { forwardedRequestHeaders, plainAddress } from './request-headers.ts'
import { ANSWERS } from './request-rules.ts'
import { RoutingTable } from './routing-table.ts'
import { undiciWire } from './undici-wire.ts'
import { asksForWebSocket, UpgradeTunnel } from './upgrade-tunnel.ts'
import { WeightedTurn } from './weighted-turn.ts'
import type { Wire } from './wire.ts'

/** For an upgrade to be answered, where the route sets no limit. */
const UPGRADE_TIMEOUT_MS = 30_000

export interface ReverseProxyOptions {
  /** How endpoints are spoken to. Default: undici. */
  readonly wire?: Wire
  /** Default: real checks over the network. */
  readonly watchHealth?: HealthWatchFactory
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly nowMs?: () => number
}

interface CompiledRoute extends RouteConfig {
  readonly turn: WeightedTurn<EndpointPool>
}

type Routed =
  | { readonly status: 400 | 404 | 405 | 503; readonly text: string }
  | {
      readonly status: 200
      readonly checked: Extract<CheckedRequest, { readonly host: string }>
      readonly route: CompiledRoute
      readonly pool: EndpointPool
      readonly clientAddress: string
      readonly headers: string[]
    }

/**
 * A reverse proxy whose whole configuration can be replaced while it runs: a request finds the
 * tables of one configuration, whole, and keeps them to its end.
 */
export class ReverseProxy {
  readonly #wire: Wire
  readonly #watchHealth: HealthWatchFactory
  readonly #random: () => number
  readonly #nowMs: () => number
  readonly #counters: Counters = newCounters()
  /** By address and port. */
  readonly #fronts = new Map<string, Front>()
  readonly #pools = new Map<string, EndpointPool>()
  readonly #knownSockets = new WeakSet<Socket>()
  #tables: ReadonlyMap<string, RoutingTable<CompiledRoute>> = new Map()
  #connectionsMax = 0
  #applying: Promise<void> = Promise.resolve()

  constructor(options: ReverseProxyOptions = {}) {
    this.#wire = options.wire ?? undiciWire
    this.#watchHealth = options.watchHealth ?? watchHealth
    this.#random = options.random ?? Math.random
    this.#nowMs = options.nowMs ?? (() => performance.now())
  }

  /**
   * Takes over a configuration. New listeners are opened first: where one cannot, nothing changes.
   * Removed listeners finish what they have. Applications wait for each other.
   * @param listenOn where a new listener listens; default: binds its address itself
   * @throws the system's error, e.g. with code `EADDRINUSE`
   */
  apply(config: ProxyConfig, listenOn?: (listener: ListenerConfig) => ListenOn): Promise<void> {
    const applied = this.#applying.then(() => this.#apply(config, listenOn))
    this.#applying = applied.catch(() => {})
    return applied
  }

  async #apply(
    config: ProxyConfig,
    listenOn: (listener: ListenerConfig) => ListenOn = (listener) => listener,
  ): Promise<void> {
    const opened = await this.#openFronts(config, listenOn)
    // From here to the end nothing waits: no request sees half a configuration.
    this.#connectionsMax = config.maxConnections
    this.#configurePools(config)
    this.#tables = this.#compile(config)
    for (const [key, front] of opened) this.#fronts.set(key, front)
    const wanted = new Map(config.listeners.map((listener) => [listenerKey(listener), listener]))
    for (const [key, front] of this.#fronts) {
      const listener = wanted.get(key)
      if (listener === undefined) {
        this.#fronts.delete(key)
        void front.close()
        continue
      }
      front.listenerName = listener.name
      front.keepAliveMs = config.keepAliveMs
    }
    for (const front of opened.values()) front.open()
  }

  /** The live change: other endpoints for a pool. A pool that is not there is left out. */
  setEndpoints(pool: string, endpoints: readonly EndpointConfig[]): 'set' | 'unknown pool' {
    const known = this.#pools.get(pool)
    known?.setEndpoints(endpoints)
    return known === undefined ? 'unknown pool' : 'set'
  }

  /** What it really has now, by pool. */
  observe(): ReadonlyMap<string, readonly EndpointObservation[]> {
    return new Map([...this.#pools].map(([name, pool]) => [name, pool.observe()]))
  }

  counters(): Readonly<Counters> {
    return { ...this.#counters }
  }

  /** Where a listener listens really, e.g. when its port was 0. */
  address(listenerName: string): AddressInfo | undefined {
    for (const front of this.#fronts.values()) {
      if (front.listenerName === listenerName) return front.address()
    }
    return undefined
  }

  /** Accepts no more and finishes what it has; after `graceMs` it breaks off the rest. */
  async close(options: { readonly graceMs?: number } = {}): Promise<void> {
    await this.#applying
    const fronts = [...this.#fronts.values()]
    this.#fronts.clear()
    const timer = setTimeout(() => {
      for (const front of fronts) front.destroyConnections()
    }, options.graceMs ?? 10_000)
    await Promise.all(fronts.map((front) => front.close()))
    clearTimeout(timer)
    for (const pool of this.#pools.values()) pool.destroy()
    this.#pools.clear()
  }

  async #openFronts(
    config: ProxyConfig,
    listenOn: (listener: ListenerConfig) => ListenOn,
  ): Promise<Map<string, Front>> {
    const opened = new Map<string, Front>()
    try {
      for (const listener of config.listeners) {
        const key = listenerKey(listener)
        if (this.#fronts.has(key) || opened.has(key)) continue
        const front = new Front(listener.name, this.#handlers, config.keepAliveMs)
        await front.listen(listenOn(listener))
        opened.set(key, front)
      }
    } catch (error) {
      for (const front of opened.values()) void front.close()
      throw error
    }
    return opened
  }

  #configurePools(config: ProxyConfig): void {
    const wanted = new Set(config.pools.map(({ name }) => name))
    for (const [name, pool] of this.#pools) {
      if (wanted.has(name)) continue
      pool.retire()
      this.#pools.delete(name)
    }
    for (const pool of config.pools) {
      const known = this.#pools.get(pool.name)
      if (known !== undefined) known.configure(pool)
      else this.#pools.set(pool.name, new EndpointPool(pool, this.#poolOptions))
    }
  }

  get #poolOptions() {
    return {
      wire: this.#wire,
      watchHealth: this.#watchHealth,
      random: this.#random,
      nowMs: this.#nowMs,
    }
  }

  #compile(config: ProxyConfig): ReadonlyMap<string, RoutingTable<CompiledRoute>> {
    const compiled = config.routes.map((route) => ({
      ...route,
      turn: new WeightedTurn(
        route.backends.flatMap(({ pool, weight }) => {
          const item = this.#pools.get(pool)
          return item === undefined ? [] : [{ item, weight }]
        }),
      ),
    }))
    return new Map(
      config.listeners.map(({ name }) => [
        name,
        new RoutingTable(compiled.filter(({ listeners }) => listeners.includes(name))),
      ]),
    )
  }

  readonly #handlers = {
    request: (front: Front, request: IncomingMessage, response: ServerResponse) => {
      this.#request(front, request, response)
    },
    upgrade: (front: Front, request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(front, request, socket, head)
    },
    connection: (socket: Socket) => this.#connection(socket),
  }

  #connection(socket: Socket): 'keep' | 'close' {
    // A connection that comes back from a declined upgrade was counted before.
    if (this.#knownSockets.has(socket)) return 'keep'
    if (this.#counters.activeConnections >= this.#connectionsMax) {
      this.#counters.connectionsRefused++
      return 'close'
    }
    this.#knownSockets.add(socket)
    this.#counters.activeConnections++
    socket.once('close', () => {
      this.#counters.activeConnections--
    })
    return 'keep'
  }

  #request(front: Front, request: IncomingMessage, response: ServerResponse): void {
    this.#counters.requests++
    const routed = this.#route(front, request)
    if (routed.status !== 200) {
      countStatus(this.#counters, routed.status)
      const keep = routed.status !== 400 && !hasBody(request) && !front.closing
      respondShortly(response, routed.status, routed.text, {
        connection: keep ? 'keep' : 'close',
      })
      return
    }
    const { checked, route, pool, clientAddress, headers } = routed
    new Exchange({
      request,
      response,
      path: checked.path,
      headers,
      body: checked.body,
      clientAddress,
      pool,
      requestTimeoutMs: route.requestTimeoutMs,
      attemptTimeoutMs: route.attemptTimeoutMs,
      counters: this.#counters,
      nowMs: this.#nowMs,
      closing: () => front.closing,
    }).run()
  }

  #upgrade(front: Front, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    if (!asksForWebSocket(request)) {
      // Any other protocol is not ours: the request is answered as if it had not asked.
      front.readAgain(socket, Buffer.concat([requestHeadWithoutUpgrade(request), head]))
      return
    }
    this.#counters.requests++
    const routed = this.#route(front, request)
    if (routed.status !== 200) {
      countStatus(this.#counters, routed.status)
      writeRawResponse(socket, routed.status, routed.text)
      return
    }
    const { checked, route, pool, clientAddress, headers } = routed
    new UpgradeTunnel({
      request,
      client: socket,
      head,
      path: checked.path,
      headers,
      clientAddress,
      pool,
      timeoutMs: route.requestTimeoutMs ?? route.attemptTimeoutMs ?? UPGRADE_TIMEOUT_MS,
      counters: this.#counters,
      nowMs: this.#nowMs,
    }).run()
  }

  #route(front: Front, request: IncomingMessage): Routed {
    const { rawHeaders, method = '', url = '', httpVersion } = request
    const checked = checkRequest({ method, target: url, httpVersion, rawHeaders })
    if (checked.refused !== undefined) {
      this.#counters.refused++
      return { status: 400, text: ANSWERS.badRequest }
    }
    if (method === 'TRACE') return { status: 405, text: ANSWERS.methodNotAllowed }
    const { host, path } = checked
    const route = this.#tables.get(front.listenerName)?.match({ method, host, path, rawHeaders })
    if (route === undefined) return { status: 404, text: ANSWERS.noRoute }
    const pool = route.turn.next()
    if (pool === undefined) return { status: 503, text: ANSWERS.unavailable }
    const clientAddress = plainAddress(request.socket.remoteAddress)
    const headers = forwardedRequestHeaders({ rawHeaders, host, clientAddress, scheme: 'http' })
    return { status: 200, checked, route, pool, clientAddress, headers }
  }
}

/** What makes two listeners the same socket. */
function listenerKey(listener: { readonly address: string; readonly port: number }): string {
  return `${listener.address}|${listener.port}`
}

function hasBody(request: IncomingMessage): boolean {
  return (
    request.headers['content-length'] !== undefined ||
    request.headers['transfer-encoding'] !== undefined
  )
}
