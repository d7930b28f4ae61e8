import { isIP } from 'node:net'
import type { Acl, ZooKeeperOptions } from '@zoogate/zookeeper'
import { BalancerError } from '../balancer-error.ts'
import {
  encodeRegistration,
  isInstanceId,
  parseRegistration,
  type Registration,
} from '../discovery/registration.ts'

export const DEFAULT_ROOT = '/zoogate'
export const DEFAULT_SESSION_TIMEOUT_MS = 10_000

/** A name in ZooKeeper and in every engine's configuration; the same rule as for resources. */
const SERVICE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

export interface ServiceRegistrationOptions {
  /** `host:port,host:port`, optionally with a chroot. */
  readonly zookeeper: string
  /** Lower case letters, digits and `-`, at most 63 characters. */
  readonly service: string
  /** Stays the same over expiry and restart of ZooKeeper. `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`. */
  readonly id: string
  /** An IP address that load balancers reach. */
  readonly address: string
  readonly port: number
  /** 0 to 256, default 1. */
  readonly weight?: number
  /** Default `up`. */
  readonly state?: Registration['state']
  readonly zone?: string
  /** Default `http`. */
  readonly scheme?: Registration['scheme']
  readonly metadata?: Readonly<Record<string, string>>
  /** Default `/zoogate`. */
  readonly root?: string
  /** Default 10 s: how long the registration outlives a program that is killed. */
  readonly sessionTimeoutMs?: number
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[]
  /** Identities for ZooKeeper. */
  readonly auth?: NonNullable<ZooKeeperOptions['auth']>
  /**
   * How long a znode of our name may belong to somebody else before that is an error. A program that
   * was killed and started again meets its own former znode until that session expires, so this is
   * at least one session timeout. Default: three.
   */
  readonly idTakenAfterMs?: number
}

/** The registration that the options ask for. @throws BalancerError `INVALID_OPTION` */
export function registrationOf(options: ServiceRegistrationOptions): Registration {
  if (!SERVICE_NAME.test(options.service)) {
    throw new BalancerError(
      'INVALID_OPTION',
      `service must be 1 to 63 of a-z 0-9 -, beginning and ending with a letter or a digit, not ${JSON.stringify(options.service)}`,
    )
  }
  if (!isInstanceId(options.id)) {
    throw new BalancerError(
      'INVALID_OPTION',
      `id must be 1 to 128 of A-Z a-z 0-9 . _ -, beginning with a letter or a digit, not ${JSON.stringify(options.id)}`,
    )
  }
  if (isIP(options.address) === 0) {
    throw new BalancerError(
      'INVALID_OPTION',
      `address must be an IPv4 or IPv6 address, not ${JSON.stringify(options.address)}`,
    )
  }
  const wanted: Registration = {
    address: options.address,
    port: options.port,
    weight: options.weight ?? 1,
    state: options.state ?? 'up',
    ...(options.zone === undefined ? {} : { zone: options.zone }),
    scheme: options.scheme ?? 'http',
    metadata: options.metadata ?? {},
  }
  // What a reader would refuse is refused here, by the same rule, before anything is written.
  const parsed = parseRegistration(options.id, encodeRegistration(wanted))
  if ('refused' in parsed) throw new BalancerError('INVALID_OPTION', parsed.refused)
  return wanted
}
