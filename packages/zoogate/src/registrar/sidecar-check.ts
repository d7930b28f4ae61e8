import type { CheckTiming, HealthCheck } from '@zoogate/balancer'

/** How a sidecar checks its program: as load balancers do, or with a command on the same host. */
export interface SidecarCheck extends CheckTiming {
  readonly probe: HealthCheck['probe'] | { readonly type: 'exec'; readonly command: string }
}

/** Statuses that pass where none are written. */
const DEFAULT_STATUS = { statusFrom: 200, statusTo: 399 }

/**
 * Reads `http:/healthz`, `http:200-299:/healthz`, `tcp` or `exec:COMMAND`. Undefined: it is none.
 */
export function parseProbe(text: string): SidecarCheck['probe'] | undefined {
  if (text === 'tcp') return { type: 'tcp' }
  const exec = /^exec:(.+)$/s.exec(text)
  if (exec?.[1] !== undefined) return { type: 'exec', command: exec[1] }
  const http = /^http:(?:(\d{3})(?:-(\d{3}))?:)?(\/[!-~]*)$/.exec(text)
  const path = http?.[3]
  if (path === undefined) return undefined
  if (http?.[1] === undefined) return { type: 'http', path, ...DEFAULT_STATUS }
  const statusFrom = Number(http[1])
  const statusTo = Number(http[2] ?? http[1])
  if (statusFrom < 100 || statusTo > 599 || statusFrom > statusTo) return undefined
  return { type: 'http', path, statusFrom, statusTo }
}
