export { ANY_VERSION } from './check-arguments.ts'
export {
  type EnsembleConfig,
  type EnsembleServer,
  formatEnsembleServer,
  parseEnsembleConfig,
  type QuorumAddress,
} from './ensemble-config.ts'
export type { EnsurePathOptions } from './ensure-path.ts'
export type {
  CreateOperation,
  DataInput,
  MultiOperation,
  MultiReadOperation,
  MultiReadResult,
  MultiReadResults,
  MultiResult,
  MultiResults,
} from './multi.ts'
export type {
  CreateOptions,
  NodeOptions,
  VersionOptions,
  WatchOptions,
} from './operation-options.ts'
export type { Hosts, ZooKeeperOptions } from './options.ts'
export type { Timing } from './persevere.ts'
export { PersistentWatch } from './persistent-watch.ts'
export type { Reconfiguration, ServerSpec, StoredEnsembleConfig } from './reconfig.ts'
export { type RetryOptions, retry } from './retry.ts'
export { jsonSerializer, type Serializer } from './serializer.ts'
export type { ClientStats } from './stats.ts'
export type { TlsOption } from './tls.ts'
export { Transaction } from './transaction.ts'
export { TypedClient } from './typed-client.ts'
export type { CheckWatchesOptions, RemoveWatchesOptions } from './watches.ts'
export { ZooKeeper } from './zookeeper.ts'
