import type { Registration } from '@zoogate/balancer'
import type { Override } from '../resources/override.ts'
import type { Protection } from '../view/service-settings.ts'

/** What is known of one service at one moment: all that its effective endpoints depend on. */
export interface PoolInput {
  readonly service: string
  /** The valid registrations there are now, by id. Not looked at while the registry is away. */
  readonly registered: ReadonlyMap<
    string,
    Pick<Registration, 'address' | 'port' | 'weight' | 'state'>
  >
  /** Ids whose znode is there but is not a registration, with the reason. */
  readonly invalid: ReadonlyMap<string, string>
  readonly overrides: ReadonlyMap<string, Override>
  /** The newest acknowledgement of a hold. Whatever was lost before it is first seen is let go. */
  readonly releasedAtMs?: number
  /** What the health checks see, by id. */
  readonly health: ReadonlyMap<string, 'passing' | 'failing' | 'unknown'>
  /**
   * Whose checks these are. The engine keeps requests from an endpoint that fails its own check; one
   * that fails the agent's is made `down` here.
   */
  readonly checkedBy: 'engine' | 'agent'
  /** `away`: not connected, or not everything was read again since. */
  readonly registry: 'synced' | 'away'
  /** Undefined: off. */
  readonly protection: Protection | undefined
}
