import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** What exists, getData, getChildren and getChildren2 ask for. */
export interface ReadRequest {
  readonly path: string
  /** Whether to leave a one-shot watch. */
  readonly watch: boolean
}

// Read Request => ustring path, bool watch

export function encodeReadRequest(writer: JuteWriter, request: ReadRequest): void {
  writer.writeString(request.path).writeBoolean(request.watch)
}

export function decodeReadRequest(reader: JuteReader): ReadRequest {
  return { path: reader.readString(), watch: reader.readBoolean() }
}
