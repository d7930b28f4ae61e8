import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import { decodeStat, encodeStat, type Stat } from '../records/stat.ts'

/** What exists, setData and setACL answer. */
export interface StatResponse {
  readonly stat: Stat
}

// Stat Response => Stat

export function encodeStatResponse(writer: JuteWriter, response: StatResponse): void {
  encodeStat(writer, response.stat)
}

export function decodeStatResponse(reader: JuteReader): StatResponse {
  return { stat: decodeStat(reader) }
}
