import type { NodeReport } from '../model/node-report.ts'
import type { Override } from '../model/resources/override.ts'
import { compareText } from '../model/resources/resource.ts'
import type { Service } from '../model/resources/service.ts'
import { serviceSettings } from '../model/view/service-settings.ts'
import type { NodeStatus } from '../store/node-reports.ts'
import type { FoundRegistration } from '../store/registration-reader.ts'

/** What `zoogate status --json` answers. Fields are added to it, and none is taken away. */
export interface StatusReport {
  /** The newest revision; 0: nothing was applied. */
  readonly revision: number
  readonly gateways: readonly GatewayStatus[]
  readonly services: readonly ServiceStatus[]
}

export interface GatewayStatus {
  readonly name: string
  readonly engine: string
  /** The revision that its nodes shall serve. */
  readonly revision: number
  readonly listeners: readonly { readonly name: string; readonly url: string }[]
  readonly nodes: readonly {
    readonly name: string
    /** The revision that it serves. */
    readonly revision: number
    /** Of a native configuration in a znode: which change of it, by its zxid. */
    readonly zxid?: string
    /** As it reports itself; `away`: its agent has no session, and its engine goes on as it was. */
    readonly state: NodeReport['state'] | 'away'
    readonly lastError: string | null
  }[]
}

export interface ServiceStatus {
  readonly name: string
  readonly endpoints: readonly EndpointStatus[]
  readonly refused: readonly { readonly path: string; readonly reason: string }[]
}

interface EndpointStatus {
  readonly id: string
  readonly address: string
  readonly port: number
  readonly weight: number
  /** What the load balancers have; `absent`: they do not have it. */
  readonly state: 'up' | 'draining' | 'down' | 'absent'
  /** Why that is not what the instance says of itself; null: it is. */
  readonly reason: string | null
}

/** All that is known of one Service at one moment. */
export interface ServiceFacts {
  readonly service: Service
  readonly registrations: readonly FoundRegistration[]
  readonly overrides: ReadonlyMap<string, Override>
  /** What the nodes that carry it report of it, the freshest last. */
  readonly reports: readonly NodeReport['services'][string][]
  readonly nowMs: number
}

export function nodeStatus({ name, alive, report }: NodeStatus): GatewayStatus['nodes'][number] {
  return {
    name,
    revision: report?.revision ?? 0,
    ...(report?.znode === undefined ? {} : { zxid: report.znode.zxid }),
    state: alive ? (report?.state ?? 'starting') : 'away',
    lastError: report?.lastError?.message ?? null,
  }
}

/** Registrations, corrected by operators, corrected by what the load balancers say they have. Pure. */
export function serviceStatus(facts: ServiceFacts): ServiceStatus {
  const endpoints = new Map(
    registeredEndpoints(facts).map((endpoint) => [
      endpoint.id,
      withOverride(endpoint, facts.overrides.get(endpoint.id), facts.nowMs),
    ]),
  )
  for (const difference of facts.reports.flatMap((report) => report.differences)) {
    const { id, address, port, effective, reason } = difference
    const known = endpoints.get(id)
    if (known === undefined && effective === 'absent') continue
    endpoints.set(id, { weight: 1, ...known, id, address, port, state: effective, reason })
  }
  return {
    name: facts.service.metadata.name,
    endpoints: [...endpoints.values()].sort((a, b) => compareText(a.id, b.id)),
    refused: refusedRegistrations(facts),
  }
}

function registeredEndpoints({ service, registrations }: ServiceFacts): readonly EndpointStatus[] {
  const { source } = serviceSettings(service)
  if (source.type === 'static') {
    return source.endpoints.map((endpoint) => ({ ...endpoint, reason: null }))
  }
  return registrations.flatMap(({ id, parsed }) => {
    if ('refused' in parsed) return []
    const { address, port, weight, state } = parsed.registration
    return [{ id, address, port, weight, state, reason: null }]
  })
}

function withOverride(
  endpoint: EndpointStatus,
  override: Override | undefined,
  nowMs: number,
): EndpointStatus {
  if (override === undefined || (override.until ?? Number.POSITIVE_INFINITY) <= nowMs) {
    return endpoint
  }
  const why = override.reason === undefined ? '' : `: ${override.reason}`
  return {
    ...endpoint,
    state: override.state ?? endpoint.state,
    weight: override.weight ?? endpoint.weight,
    reason: `set by ${override.by}${why}`,
  }
}

/** Each once, by what we read ourselves and by what the nodes refused beyond that. */
function refusedRegistrations(facts: ServiceFacts): ServiceStatus['refused'] {
  const refused = new Map<string, string>()
  for (const report of facts.reports) {
    for (const { path, reason } of report.refused) refused.set(path, reason)
  }
  for (const { path, parsed } of facts.registrations) {
    if ('refused' in parsed) refused.set(path, parsed.refused)
  }
  return [...refused]
    .sort(([a], [b]) => compareText(a, b))
    .map(([path, reason]) => ({ path, reason }))
}
