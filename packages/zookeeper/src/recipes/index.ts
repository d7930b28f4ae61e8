export { Barrier, type BarrierOptions } from './barrier.ts'
export type { ContenderOptions } from './contention/contender-options.ts'
export type { Contender } from './contention/contenders.ts'
export type { Possession } from './contention/possession.ts'
export type { HeldLock } from './contention/queue-lock.ts'
export { Counter, type CounterChange, type CounterOptions } from './counter.ts'
export type { CounterFormat } from './counter-format.ts'
export { DoubleBarrier, type DoubleBarrierOptions } from './double-barrier.ts'
export type {
  EphemeralNodeEvent,
  EphemeralNodeState,
  PersistentEphemeralNodeOptions,
} from './ephemeral-node-state.ts'
export { GroupMember, type GroupMemberOptions, type MembersListener } from './group-member.ts'
export { LeaderElection, type Leadership } from './leader-election.ts'
export { Lock } from './lock.ts'
export { LockingQueue, type LockingQueueOptions, type PutOptions } from './locking-queue.ts'
export { NodeCache, type NodeCacheOptions, type NodeListener } from './node-cache.ts'
export { PersistentEphemeralNode } from './persistent-ephemeral-node.ts'
export type { QueueItem } from './queue-item.ts'
export { type HeldWriteLock, ReadLock, ReadWriteLock, WriteLock } from './read-write-lock.ts'
export {
  type AcquireLeaseOptions,
  type Lease,
  Semaphore,
} from './semaphore.ts'
export { TreeCache, type TreeCacheOptions, type TreeListener } from './tree-cache.ts'
export type { TreeChange } from './tree-difference.ts'
export type { TreeNode } from './tree-reader.ts'
export {
  type ChildrenWatching,
  type DataWatching,
  type WatchZnodeOptions,
  watchChildren,
  watchData,
} from './watch-znode.ts'
export { WatchedCache } from './watched-cache.ts'
