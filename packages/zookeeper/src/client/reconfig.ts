import type { CallOptions } from '../connection/call.ts'
import { InvalidOptionError } from '../errors/client-errors.ts'
import { type ReconfigRequest, reconfigOperation } from '../protocol/operations/reconfig.ts'
import type { Stat } from '../protocol/records/stat.ts'
import type { Caller } from './caller.ts'
import {
  type EnsembleConfig,
  type EnsembleServer,
  formatEnsembleServer,
  parseEnsembleConfig,
} from './ensemble-config.ts'

/** Where a server keeps the ensemble's configuration (ZooDefs.CONFIG_NODE): the same for every chroot. */
export const CONFIG_NODE = '/zookeeper/config'

/** Any configuration will do. */
const ANY_CONFIG = -1n

/** A server to take in: one of `EnsembleConfig.servers`, or the text of a configuration file, `server.4=host:2888:3888;2181`. */
export type ServerSpec = EnsembleServer | string

/** A change of an ensemble's members: either who joins and leaves, or all who are to be there. */
export type Reconfiguration = {
  /** Refused with a `BadVersionError` unless the configuration has this version. Default: any. */
  readonly fromConfig?: bigint | undefined
} & (
  | {
      /** Servers to take in, or to give another role or address. */
      readonly joining?: readonly ServerSpec[] | undefined
      /** Ids of servers to let go. */
      readonly leaving?: readonly number[] | undefined
      readonly newMembers?: undefined
    }
  | {
      /** The whole membership that is to be. */
      readonly newMembers: readonly ServerSpec[]
      readonly joining?: undefined
      readonly leaving?: undefined
    }
)

/** A configuration with the Stat of its znode. */
export type StoredEnsembleConfig = EnsembleConfig & { readonly stat: Stat }

/** What a read of the configuration's znode found. */
export function toStoredConfig(read: {
  readonly data: Buffer | null
  readonly stat: Stat
}): StoredEnsembleConfig {
  return { ...parseEnsembleConfig(read.data), stat: read.stat }
}

/** See `ZooKeeper.reconfig`. */
export async function performReconfig(
  caller: Caller,
  change: Reconfiguration,
  options: CallOptions,
): Promise<StoredEnsembleConfig> {
  return caller.write(reconfigOperation, CONFIG_NODE, toRequest(change), toStoredConfig, options)
}

function toRequest(change: Reconfiguration): ReconfigRequest {
  const { joining, leaving, newMembers, fromConfig } = change
  const changes = [joining, leaving, newMembers].some((list) => (list?.length ?? 0) > 0)
  if (!changes) throw new InvalidOptionError('a reconfig needs somebody to join, leave or be there')
  return {
    joiningServers: toList(joining?.map(toText)),
    leavingServers: toList(leaving?.map(String)),
    newMembers: toList(newMembers?.map(toText)),
    curConfigId: fromConfig ?? ANY_CONFIG,
  }
}

function toText(server: ServerSpec): string {
  return typeof server === 'string' ? server : formatEnsembleServer(server)
}

/** Null says "none": an empty text would be a server without a name. */
function toList(texts: readonly string[] | undefined): string | null {
  return texts === undefined || texts.length === 0 ? null : texts.join(',')
}
