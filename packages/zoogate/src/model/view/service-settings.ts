import { compareText } from '../resources/resource.ts'
import { API_VERSION } from '../resources/resource-metadata.ts'
import type { Service } from '../resources/service.ts'
import { SERVICE_DEFAULTS } from '../resources/service-defaults.ts'
import { durationMs } from '../values/duration.ts'
import { parsePercentage } from '../values/percentage.ts'
import { poolSettings } from './pool-settings.ts'
import type { Endpoint, ServicePool } from './view.ts'

/** What a Service says once its defaults are filled in, in the units that programs reckon with. */
export interface ServiceSettings {
  readonly name: string
  readonly source:
    | {
        readonly type: 'discovery'
        /** Undefined: `services/<name>` below the root. */
        readonly path?: string
        readonly format: 'zoogate'
      }
    /** Sorted by id. */
    | { readonly type: 'static'; readonly endpoints: readonly Endpoint[] }
  /** Undefined: off. What vanishes goes at once. */
  readonly protection?: Protection
  /** What the engine has to know, but for the endpoints. */
  readonly pool: Omit<ServicePool, 'endpoints'>
}

export interface Protection {
  /** A fraction, 0 to 1: more than this share lost within the window, and all are held. */
  readonly maxLost: number
  readonly windowMs: number
  /** 0 where there is no health check, unless it is written. */
  readonly lingerMs: number
  readonly holdForMs: number
}

/** A Service that is named but not there: no endpoints, everything by default. */
export function absentService(name: string): Service {
  return { apiVersion: API_VERSION, kind: 'Service', metadata: { name } }
}

export function serviceSettings(service: Service): ServiceSettings {
  const { name } = service.metadata
  const spec = service.spec ?? {}
  const protection = protectionSettings(service)
  return {
    name,
    source: sourceOf(service),
    ...(protection === undefined ? {} : { protection }),
    pool: poolSettings(name, spec),
  }
}

function sourceOf(service: Service): ServiceSettings['source'] {
  const spec = service.spec ?? {}
  if (spec.endpoints !== undefined) {
    const endpoints = spec.endpoints.map(
      ({ id, address, port, weight }): Endpoint => ({
        id: id ?? staticEndpointId(address, port),
        address,
        port,
        weight: weight ?? SERVICE_DEFAULTS.weight,
        state: 'up',
      }),
    )
    return { type: 'static', endpoints: endpoints.sort((a, b) => compareText(a.id, b.id)) }
  }
  const path = spec.discovery?.path
  return {
    type: 'discovery',
    ...(path === undefined ? {} : { path }),
    format: spec.discovery?.format ?? SERVICE_DEFAULTS.format,
  }
}

/** `10.0.0.7-3000`; of an IPv6 address `v6-fd00__7-3000`, since ids have no colons. */
export function staticEndpointId(address: string, port: number): string {
  return address.includes(':') ? `v6-${address.replaceAll(':', '_')}-${port}` : `${address}-${port}`
}

function protectionSettings(service: Service): Protection | undefined {
  const spec = service.spec?.protection
  if (spec === 'off') return undefined
  const linger = service.spec?.healthCheck === undefined ? '0s' : SERVICE_DEFAULTS.linger
  return {
    maxLost: parsePercentage(spec?.maxLost ?? SERVICE_DEFAULTS.maxLost) ?? 1,
    windowMs: durationMs(spec?.window ?? SERVICE_DEFAULTS.window),
    lingerMs: durationMs(spec?.linger ?? linger),
    holdForMs: durationMs(spec?.holdFor ?? SERVICE_DEFAULTS.holdFor),
  }
}
