import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'

/** Stands before every operation and result of a multi, and once more at its end with `done`. */
export interface MultiHeader {
  /** An `OpCode`; `error` (-1) before a failed result and at the end. */
  readonly type: number
  readonly done: boolean
  readonly err: number
}

/** The end of a multi's list. */
export const MULTI_END: MultiHeader = { type: -1, done: true, err: -1 }

// MultiHeader => int type, bool done, int err

export function encodeMultiHeader(writer: JuteWriter, header: MultiHeader): void {
  writer.writeInt32(header.type).writeBoolean(header.done).writeInt32(header.err)
}

export function decodeMultiHeader(reader: JuteReader): MultiHeader {
  return { type: reader.readInt32(), done: reader.readBoolean(), err: reader.readInt32() }
}
