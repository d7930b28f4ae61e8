import type { Observation } from '../../engines/engine.ts'
import { type NodeReport, REPORTED_PER_SERVICE_MAX } from '../../model/node-report.ts'
import { listenerUrl } from '../../model/view/listener-url.ts'
import type { ReconcilerStatus } from '../reconcile/reconciler.ts'
import { type ViewVersion, versionOf } from '../reconcile/view-version.ts'
import type { Pool } from '../state/pool.ts'

/** All that a report is made of. */
export interface NodeSituation {
  readonly engine: string
  readonly engineVersion: string | undefined
  readonly host: string
  /** Where others reach this host: for listeners on all addresses. */
  readonly address: string
  /** The revision that the rollout asks for; 0: not known. */
  readonly target: number
  /** The same with what a znode holds for it; undefined: not known. */
  readonly version: ViewVersion | undefined
  /** Undefined: there is no engine yet. */
  readonly status: ReconcilerStatus | undefined
  /** What keeps the target from even being tried. */
  readonly problem: { readonly atMs: number; readonly message: string } | undefined
  readonly pools: readonly Pool[]
}

type Report = Omit<NodeReport, 'updatedAt'>

/** What the node says of itself. Pure. */
export function buildNodeReport(situation: NodeSituation): Report {
  const { engine, engineVersion, host, address, target, status, pools } = situation
  const error = lastError(situation)
  const znode = status?.served?.view.native?.znode
  return {
    v: 1,
    engine,
    ...(engineVersion === undefined ? {} : { engineVersion }),
    host,
    revision: status?.served?.view.revision ?? 0,
    ...(znode?.mzxid === undefined ? {} : { znode: { path: znode.path, zxid: znode.mzxid } }),
    target,
    state: stateOf(situation),
    ...(error === undefined ? {} : { lastError: error }),
    listeners: (status?.served?.view.listeners ?? []).map((listener) => ({
      name: listener.name,
      url: listenerUrl(listener, address),
    })),
    services: Object.fromEntries(
      pools.map((pool) => [pool.settings.name, serviceOf(pool, status?.observation)]),
    ),
  }
}

function stateOf({ status, problem, target, version }: NodeSituation): NodeReport['state'] {
  if (status?.served === undefined) return problem || status?.failure ? 'failed' : 'starting'
  if (!status.running) return 'stopped'
  if (problem !== undefined || status.trouble !== undefined) return 'failed'
  const { failure, served } = status
  if (failure !== undefined && failure.version !== versionOf(served.view)) return 'failed'
  const isVersion = version === undefined || versionOf(served.view) === version
  const there = target === 0 || (served.view.revision === target && isVersion)
  return there && !status.busy && failure === undefined ? 'ready' : 'applying'
}

function lastError({ status, problem, target }: NodeSituation): NodeReport['lastError'] {
  if (problem !== undefined) {
    return { at: iso(problem.atMs), revision: target, message: problem.message }
  }
  const trouble = status?.served === undefined ? undefined : status.trouble
  if (trouble !== undefined) {
    return { at: iso(trouble.atMs), revision: target, message: trouble.message }
  }
  const failure = status?.failure
  if (failure === undefined) return undefined
  return { at: iso(failure.atMs), revision: failure.revision, message: failure.message }
}

function serviceOf(
  pool: Pool,
  observation: Observation | undefined,
): NodeReport['services'][string] {
  const { name } = pool.settings
  const counts = { up: 0, draining: 0, down: 0 }
  for (const { state, health } of observation?.services.get(name) ?? pool.endpoints.map(known)) {
    counts[state === 'up' && health === 'failing' ? 'down' : state] += 1
  }
  const differences = pool.step?.differences ?? []
  const refused = pool.watch?.registrations.refusals ?? []
  return {
    ...counts,
    differences: differences.slice(0, REPORTED_PER_SERVICE_MAX),
    differencesTotal: differences.length,
    refused: refused.slice(0, REPORTED_PER_SERVICE_MAX),
    refusedTotal: refused.length,
  }
}

function known<E extends object>(endpoint: E): E & { health: 'unknown' } {
  return { ...endpoint, health: 'unknown' }
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString()
}
