import { cp, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Endpoint, View } from '../../packages/zoogate/src/model/view/view.ts'
import {
  endpointOf,
  listenerOf,
  routeOf,
  serviceOf,
  viewOf,
} from '../../packages/zoogate/test/engines/support/views.ts'
import { type EngineNode, startEngineNode } from '../conformance/harness/engine/engine-node.ts'
import type { Variant } from '../conformance/harness/engine/variants.ts'
import { type EchoBackend, startEchoBackend } from '../support/echo-backend.ts'
import { freePort } from '../support/free-port.ts'
import { failures, type LoadReport, startLoad } from '../support/load.ts'
import { waitFor } from '../support/wait-for.ts'
import { startWebSockets, type WebSocketLoadReport } from '../support/websocket-load.ts'

export interface LiveChangesOptions {
  readonly variant: Variant
  /** Changes of endpoints: they come, go, drain, get other weights. */
  readonly changes: number
  /** Changes of structure, spread among them. */
  readonly reloads: number
  readonly random: () => number
}

/** What a change did, and from when to when. */
interface Step {
  readonly kind: 'live' | 'reload'
  readonly fromMs: number
  readonly toMs: number
}

export interface LiveChangesResult {
  readonly keepAlive: LoadReport
  readonly connectionEach: LoadReport
  readonly webSockets: WebSocketLoadReport
  readonly failed: number
  /** WebSockets that broke without a reload since they were opened. */
  readonly brokenByLiveChange: number
  /** Those that broke because the engine lets no former worker live longer. */
  readonly brokenAfterReload: number
  /** The 0.99 quantile of what a change took, in milliseconds. */
  readonly slowestLiveMs: number
  readonly slowestReloadMs: number
  /** What the engine logged, where a request failed: a folder that stays. */
  readonly logs?: string
}

/** 50 clients that keep their connection, 50 that do not, and 20 WebSockets. */
const CLIENTS = 50
const WEB_SOCKETS = 20
const KEEP_ALIVE_PER_SECOND = 300
const CONNECTIONS_PER_SECOND = 100
/** Requests between two changes: all of it is under way then. */
const BETWEEN = 30
const BACKENDS = 5

/**
 * Holds that load on one engine while its endpoints and its structure change, by the agent's own hands. The
 * first backend always takes requests: a pool without any has no good answer to give.
 */
export async function liveChangesAndReloads(
  options: LiveChangesOptions,
): Promise<LiveChangesResult> {
  const { variant, changes, reloads, random } = options
  const backends: EchoBackend[] = []
  let node: EngineNode | undefined
  try {
    for (let index = 0; index < BACKENDS; index++) {
      backends.push(await startEchoBackend(`b${index}`))
    }
    const port = await freePort()
    node = await startEngineNode(variant.engine)
    let [revision, endpoints] = [1, everybody(backends)]
    const view = () => viewWith(port, revision, endpoints, variant)
    await node.serve(revision, view)

    const each = { port, connections: CLIENTS, path: '/' }
    const loads = [
      startLoad({ ...each, requestsPerSecond: KEEP_ALIVE_PER_SECOND, keepAlive: true }),
      startLoad({ ...each, requestsPerSecond: CONNECTIONS_PER_SECOND, keepAlive: false }),
    ] as const
    const webSockets = startWebSockets({ port, connections: WEB_SOCKETS })
    await waitFor('all clients to be there', () => {
      return webSockets.ready() && loads.every(({ report }) => report.ok > CLIENTS)
    })
    const steps: Step[] = []
    const reloadEvery = Math.max(1, Math.floor(changes / reloads))
    for (let change = 0; change < changes; change++) {
      const isReload = change % reloadEvery === reloadEvery - 1
      endpoints = otherEndpoints(backends, random)
      const fromMs = performance.now()
      await node.changed()
      steps.push({ kind: 'live', fromMs, toMs: performance.now() })
      if (isReload) {
        revision += 1
        const startedMs = performance.now()
        await node.serve(revision, view)
        steps.push({ kind: 'reload', fromMs: startedMs, toMs: performance.now() })
      }
      const before = loads[0].report.ok
      await waitFor('more requests', () => loads[0].report.ok >= before + BETWEEN, {
        timeoutMs: 30_000,
      })
    }
    const [keepAlive, connectionEach] = [await loads[0].stop(), await loads[1].stop()]
    const held = await webSockets.stop()
    const failed = failures(keepAlive) + failures(connectionEach)
    return {
      ...(failed > 0 && { logs: await keptLogs(node, variant) }),
      keepAlive,
      connectionEach,
      webSockets: held,
      failed,
      ...broken(held, steps, variant),
      slowestLiveMs: slowest(steps, 'live'),
      slowestReloadMs: slowest(steps, 'reload'),
    }
  } finally {
    await node?.[Symbol.asyncDispose]()
    for (const backend of backends) await backend[Symbol.asyncDispose]()
  }
}

/** A failure of one request in 100,000 does not come again when it is asked to: what is known of it is kept. */
async function keptLogs({ paths }: EngineNode, { name }: Variant): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `zoogate-failed-${name}-`))
  await cp(paths.logs, folder, { recursive: true })
  return folder
}

function everybody(backends: readonly EchoBackend[]): readonly Endpoint[] {
  return backends.map(({ name, port }) => endpointOf(name, port))
}

/** The first, and of the others some, in whatever state and weight. */
function otherEndpoints(
  backends: readonly EchoBackend[],
  random: () => number,
): readonly Endpoint[] {
  return everybody(backends).flatMap((endpoint, index) => {
    const weight = 1 + Math.floor(random() * 5)
    if (index === 0) return [{ ...endpoint, weight }]
    const chance = random()
    if (chance < 0.2) return []
    if (chance < 0.4) return [{ ...endpoint, state: 'draining' as const }]
    return [{ ...endpoint, weight }]
  })
}

function viewWith(
  port: number,
  revision: number,
  endpoints: readonly Endpoint[],
  { name }: Variant,
): View {
  return viewOf({
    revision,
    listeners: [listenerOf(port)],
    routes: [
      routeOf('shop', { id: 'other.0.0.0', hostname: `round-${revision}.test` }),
      routeOf('shop'),
    ],
    services: [serviceOf('shop', endpoints)],
    concurrency: { workers: name === 'builtin' ? 1 : 2, maxConnections: 1_000 },
  })
}

/** Where every change is a reload, so was the one that broke it. */
function broken(
  { broken }: WebSocketLoadReport,
  steps: readonly Step[],
  { engine, name }: Variant,
): Pick<LiveChangesResult, 'brokenByLiveChange' | 'brokenAfterReload'> {
  const always = engine.name === 'nginx' && name === 'nginx'
  const afterReload = broken.filter(({ afterMs, atMs }) => {
    const sinceMs = atMs - afterMs
    const reloads = steps.filter(({ kind }) => always || kind === 'reload')
    return reloads.some(({ fromMs, toMs }) => toMs >= sinceMs && fromMs <= atMs)
  })
  return {
    brokenByLiveChange: broken.length - afterReload.length,
    brokenAfterReload: afterReload.length,
  }
}

function slowest(steps: readonly Step[], wanted: Step['kind']): number {
  const times = steps
    .filter(({ kind }) => kind === wanted)
    .map(({ fromMs, toMs }) => toMs - fromMs)
    .sort((a, b) => a - b)
  return Math.round(times[Math.floor(times.length * 0.99)] ?? times.at(-1) ?? 0)
}
