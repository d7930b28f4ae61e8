import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** What removeWatches and checkWatches ask for. */
export interface WatcherRequest {
  readonly path: string
  /** A `WatcherType`, or one of another version. */
  readonly type: number
}

// Watcher Request => ustring path, int type

export function encodeWatcherRequest(writer: JuteWriter, request: WatcherRequest): void {
  writer.writeString(request.path).writeInt32(request.type)
}

export function decodeWatcherRequest(reader: JuteReader): WatcherRequest {
  return { path: reader.readString(), type: reader.readInt32() }
}
