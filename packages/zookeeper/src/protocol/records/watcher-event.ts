import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** What a server tells a watcher, in a frame whose header has the xid -1. */
export interface WatcherEvent {
  /** A `WatchEventType`, or one of another version. */
  readonly type: number
  /** A `KeeperState`: always `syncConnected` from a server. */
  readonly state: number
  readonly path: string
}

// WatcherEvent => int type, int state, ustring path

export function encodeWatcherEvent(writer: JuteWriter, event: WatcherEvent): void {
  writer.writeInt32(event.type).writeInt32(event.state).writeString(event.path)
}

export function decodeWatcherEvent(reader: JuteReader): WatcherEvent {
  return { type: reader.readInt32(), state: reader.readInt32(), path: reader.readString() }
}
