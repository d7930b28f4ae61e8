/** The `type` of a WatcherEvent on the wire (Watcher.Event.EventType). The negative and the removal types are made by clients only. */
export const WatchEventType = {
  none: -1,
  created: 1,
  deleted: 2,
  dataChanged: 3,
  childrenChanged: 4,
  dataWatchRemoved: 5,
  childWatchRemoved: 6,
  persistentWatchRemoved: 7,
} as const

/** The `state` of a WatcherEvent: a server sends `syncConnected` only (Watcher.Event.KeeperState). */
export const KeeperState = {
  disconnected: 0,
  syncConnected: 3,
  authFailed: 4,
  connectedReadOnly: 5,
  saslAuthenticated: 6,
  closed: 7,
  expired: -112,
} as const

/** The `mode` of an addWatch request (ZooDefs.AddWatchModes). */
export const AddWatchMode = { persistent: 0, persistentRecursive: 1 } as const

/** The `type` of a removeWatches or checkWatches request (Watcher.WatcherType); the last two are known since 3.9. */
export const WatcherType = {
  children: 1,
  data: 2,
  any: 3,
  persistent: 4,
  persistentRecursive: 5,
} as const
