import type { Service } from '../resources/service.ts'
import { SERVICE_DEFAULTS } from '../resources/service-defaults.ts'
import { durationMs } from '../values/duration.ts'
import type {
  HashOn,
  HealthCheck,
  OutlierDetection,
  ServicePool,
  SessionPersistence,
} from './view.ts'

type Spec = NonNullable<Service['spec']>
type Written<Field extends keyof Spec> = NonNullable<Spec[Field]>

/** What an engine has to know of a Service, but for the endpoints. Pure. */
export function poolSettings(name: string, spec: Spec): Omit<ServicePool, 'endpoints'> {
  const { balance, sessionPersistence, healthCheck, outlierDetection, slowStart, tls } = spec
  return {
    name,
    algorithm: balance?.algorithm ?? SERVICE_DEFAULTS.algorithm,
    ...(balance?.hashOn === undefined || balance.hashOn === SERVICE_DEFAULTS.hashOn
      ? {}
      : { hashOn: hashOn(balance.hashOn) }),
    ...(sessionPersistence === undefined
      ? {}
      : { sessionPersistence: sessionSettings(sessionPersistence) }),
    ...(healthCheck === undefined ? {} : { healthCheck: healthCheckSettings(healthCheck) }),
    ...(outlierDetection === undefined
      ? {}
      : { outlierDetection: outlierSettings(outlierDetection) }),
    ...(slowStart === undefined ? {} : { slowStartMs: durationMs(slowStart) }),
    connections: connectionSettings(spec.connections ?? {}),
    ...(tls === undefined ? {} : { tls: tlsSettings(tls) }),
  }
}

function hashOn(written: NonNullable<Written<'balance'>['hashOn']>): HashOn {
  if (typeof written === 'string') return { type: written }
  if (written.header !== undefined) return { type: 'header', name: written.header.toLowerCase() }
  return { type: 'cookie', name: written.cookie ?? '' }
}

function sessionSettings(written: Written<'sessionPersistence'>): SessionPersistence {
  const { type, sessionName, cookie } = written
  if (type === 'SourceIP') return { type }
  return {
    type: 'Cookie',
    sessionName: sessionName ?? SERVICE_DEFAULTS.sessionName,
    ...(cookie?.mode === 'Application' ? { mode: cookie.mode } : {}),
  }
}

function healthCheckSettings(written: Written<'healthCheck'>): HealthCheck {
  return {
    probe: probeOf(written),
    intervalMs: durationMs(written.interval ?? SERVICE_DEFAULTS.interval),
    timeoutMs: durationMs(written.timeout ?? SERVICE_DEFAULTS.timeout),
    rise: written.rise ?? SERVICE_DEFAULTS.rise,
    fall: written.fall ?? SERVICE_DEFAULTS.fall,
  }
}

function probeOf({ http, zookeeper }: Written<'healthCheck'>): HealthCheck['probe'] {
  if (zookeeper !== undefined) return { type: 'zookeeper' }
  if (http === undefined) return { type: 'tcp' }
  const status = http.status ?? SERVICE_DEFAULTS.healthStatus
  return {
    type: 'http',
    path: http.path ?? SERVICE_DEFAULTS.healthPath,
    statusFrom: Number(status.slice(0, 3)),
    statusTo: Number(status.slice(-3)),
  }
}

function outlierSettings(written: Written<'outlierDetection'>): OutlierDetection {
  return {
    consecutive5xx: written.consecutive5xx ?? SERVICE_DEFAULTS.consecutive5xx,
    baseEjectionMs: durationMs(written.baseEjectionTime ?? SERVICE_DEFAULTS.baseEjectionTime),
    maxEjectionPercent: written.maxEjectionPercent ?? SERVICE_DEFAULTS.maxEjectionPercent,
  }
}

function connectionSettings(written: Written<'connections'>): ServicePool['connections'] {
  const { max, queue, connectTimeout } = written
  return {
    ...(max === undefined ? {} : { max }),
    ...(queue === undefined ? {} : { queue }),
    connectTimeoutMs: durationMs(connectTimeout ?? SERVICE_DEFAULTS.connectTimeout),
  }
}

function tlsSettings(written: Written<'tls'>): NonNullable<ServicePool['tls']> {
  const { verify, serverName, caRef, clientCertificateRef } = written
  return {
    verify: verify ?? SERVICE_DEFAULTS.tlsVerify,
    ...(serverName === undefined ? {} : { serverName }),
    ...(caRef === undefined ? {} : { ca: caRef.name }),
    ...(clientCertificateRef === undefined ? {} : { clientCertificate: clientCertificateRef.name }),
  }
}
