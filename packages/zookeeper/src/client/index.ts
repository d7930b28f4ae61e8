export type {
  CreateOperation,
  DataInput,
  MultiOperation,
  MultiReadOperation,
  MultiReadResult,
  MultiResult,
} from './multi.ts'
export type { ZooKeeperOptions } from './options.ts'
export { PersistentWatch } from './persistent-watch.ts'
export {
  type CreateOptions,
  type VersionOptions,
  type WatchOptions,
  ZooKeeper,
} from './zookeeper.ts'
