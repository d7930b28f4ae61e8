export type {
  CreateOperation,
  DataInput,
  MultiOperation,
  MultiReadOperation,
  MultiReadResult,
  MultiResult,
} from './multi.ts'
export type { CreateOptions, VersionOptions, WatchOptions } from './operation-options.ts'
export type { ZooKeeperOptions } from './options.ts'
export { PersistentWatch } from './persistent-watch.ts'
export type { RemoveWatchesOptions } from './watches.ts'
export { ZooKeeper } from './zookeeper.ts'
