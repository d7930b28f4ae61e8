import { createHash } from 'node:crypto'
import type { Route, ServicePool, View } from '../../../model/view/view.ts'
import { BACKEND_PREFIX } from './names.ts'

/**
 * What a backend section has beside its Service: HAProxy has retries, a cache and compression for a
 * backend and not for a request, so that a Service has a backend for each way in which routes want it.
 */
export interface Variant {
  readonly mode: 'http' | 'tcp'
  readonly retry?: {
    readonly attempts: number
    readonly codes: readonly number[]
    /** An attempt that took its time is a failure too. */
    readonly afterTimeout: boolean
  }
  /** A cache for each route: what two routes answer to one URL may differ. */
  readonly cache?: { readonly name: string; readonly maxAgeMs: number }
  readonly compress?: readonly string[]
  /** No endpoint is ever ejected: see `ejections.ts`. */
  readonly ejectsNone?: true
}

const PLAIN: Variant = { mode: 'http' }
const TCP: Variant = { mode: 'tcp' }

/** How a route wants the Services that it names. */
export function variantOf({ id, retry, timeouts, cache, compress }: Route): Variant {
  return {
    mode: 'http',
    ...(retry === undefined
      ? {}
      : {
          retry: {
            attempts: retry.attempts,
            codes: retry.codes,
            afterTimeout: timeouts.backendRequestMs !== undefined || retry.codes.includes(504),
          },
        }),
    ...(cache === undefined ? {} : { cache: { name: cacheName(id), maxAgeMs: cache.maxAgeMs } }),
    ...(compress === undefined ? {} : { compress: compress.types }),
  }
}

/**
 * By Service, the backends that the view's routes need: at least one, so that its endpoints are
 * checked and told even where no route leads to it.
 */
export function variantsByService(view: View): ReadonlyMap<string, readonly Variant[]> {
  const found = new Map<string, Map<string, Variant>>()
  const add = (service: string, variant: Variant) => {
    const pool = view.services.get(service)
    if (pool === undefined) return
    const known = found.get(service) ?? new Map<string, Variant>()
    for (const each of withEscape(pool, variant)) known.set(backendName(service, each), each)
    found.set(service, known)
  }
  for (const route of view.routes) {
    for (const { service } of route.backends) add(service, variantOf(route))
  }
  for (const { backends } of view.tcpRoutes ?? []) {
    for (const { service } of backends) add(service, TCP)
  }
  for (const service of view.services.keys()) if (!found.has(service)) add(service, PLAIN)
  return new Map([...found].map(([service, variants]) => [service, [...variants.values()]]))
}

/** Where ejections have a limit, there is a second backend to turn to when it is passed. */
function withEscape({ outlierDetection }: ServicePool, variant: Variant): readonly Variant[] {
  const isLimited = (outlierDetection?.maxEjectionPercent ?? 100) < 100
  return isLimited ? [variant, { ...variant, ejectsNone: true }] : [variant]
}

/** `service-shop`, `service-shop.tcp`, `service-shop.1f2e3d4c`: resource names have no dot. */
export function backendName(service: string, variant: Variant = PLAIN): string {
  const { mode, ejectsNone, ...rest } = variant
  const others = Object.keys(rest).length === 0 ? [] : [digest(JSON.stringify(rest))]
  const suffixes = [...(mode === 'tcp' ? ['tcp'] : others), ...(ejectsNone ? ['all'] : [])]
  return [`${BACKEND_PREFIX}${service}`, ...suffixes].join('.')
}

/** Of a backend that runs: what decides on the lines of its servers. */
export function variantOfBackend(backend: string): Pick<Variant, 'mode' | 'ejectsNone'> {
  const suffixes = backend.split('.').slice(1)
  return {
    mode: suffixes.includes('tcp') ? 'tcp' : 'http',
    ...(suffixes.includes('all') ? { ejectsNone: true } : {}),
  }
}

/** The service that a backend carries; undefined where it is none of ours. */
export function serviceOfBackend(backend: string): string | undefined {
  if (!backend.startsWith(BACKEND_PREFIX)) return undefined
  return backend.slice(BACKEND_PREFIX.length).split('.', 1)[0]
}

function cacheName(routeId: string): string {
  return `cache-${digest(routeId)}`
}

/** Short names for what may be long. 64 bits: nobody meets a collision by chance. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
