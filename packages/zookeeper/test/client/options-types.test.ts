import { expectTypeOf, it } from 'vitest'
import type {
  AcquireLeaseOptions,
  BarrierOptions,
  CallOptions,
  CheckWatchesOptions,
  ContenderOptions,
  CounterOptions,
  CreateOptions,
  DoubleBarrierOptions,
  EnsurePathOptions,
  GroupMemberOptions,
  LockingQueueOptions,
  NodeCacheOptions,
  PersistentEphemeralNodeOptions,
  PlainMode,
  PutOptions,
  RemoveWatchesOptions,
  RetryOptions,
  TreeCacheOptions,
  VersionOptions,
  WatchOptions,
  ZooKeeper,
  ZooKeeperOptions,
} from '../../src/index.ts'

/** The options, each of them undefined. */
type Undefined<Options> = { [Name in keyof Options]: undefined }

it('lets every option be undefined, also under exactOptionalPropertyTypes', () => {
  expectTypeOf<Undefined<ZooKeeperOptions>>().toExtend<ZooKeeperOptions>()
  expectTypeOf<Undefined<CallOptions>>().toExtend<CallOptions>()
  expectTypeOf<Undefined<CreateOptions>>().toExtend<CreateOptions>()
  expectTypeOf<Undefined<VersionOptions>>().toExtend<VersionOptions>()
  expectTypeOf<Undefined<WatchOptions>>().toExtend<WatchOptions>()
  expectTypeOf<Undefined<RemoveWatchesOptions>>().toExtend<RemoveWatchesOptions>()
  expectTypeOf<Undefined<CheckWatchesOptions>>().toExtend<CheckWatchesOptions>()
  expectTypeOf<Undefined<EnsurePathOptions>>().toExtend<EnsurePathOptions>()
  expectTypeOf<Undefined<RetryOptions>>().toExtend<RetryOptions>()
  expectTypeOf<Undefined<ContenderOptions>>().toExtend<ContenderOptions>()
  expectTypeOf<Undefined<AcquireLeaseOptions>>().toExtend<AcquireLeaseOptions>()
  expectTypeOf<Undefined<BarrierOptions>>().toExtend<BarrierOptions>()
  expectTypeOf<Undefined<DoubleBarrierOptions>>().toExtend<DoubleBarrierOptions>()
  expectTypeOf<Undefined<CounterOptions>>().toExtend<CounterOptions>()
  expectTypeOf<Undefined<GroupMemberOptions>>().toExtend<GroupMemberOptions>()
  expectTypeOf<Undefined<LockingQueueOptions>>().toExtend<LockingQueueOptions>()
  expectTypeOf<Undefined<PutOptions>>().toExtend<PutOptions>()
  expectTypeOf<Undefined<NodeCacheOptions>>().toExtend<NodeCacheOptions>()
  expectTypeOf<Undefined<TreeCacheOptions>>().toExtend<TreeCacheOptions>()
  type NodeOptions = PersistentEphemeralNodeOptions
  expectTypeOf<Undefined<NodeOptions>>().toExtend<NodeOptions>()
})

it('lets a mode be passed on', () => {
  const create = (zk: ZooKeeper, mode: PlainMode) => zk.create('/a', null, { mode })
  expectTypeOf(create).returns.resolves.toBeString()
})
