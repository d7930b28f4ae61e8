import { crc32 } from 'node:zlib'

/**
 * A file of records, as logs and snapshots are:
 *
 *   file   => bytes[8] kind and format version, uint32 salt, uint32 crc32 of the twelve bytes before, record*
 *   record => uint32 mark, uint32 length, uint32 crc32 of the payload, uint32 crc32 of the twelve bytes before,
 *             payload, uint8 end
 *
 * The checksums of records begin with the file's random salt, so that no client can store a value that looks like
 * one of this file's records. The length has a checksum of its own: a damaged length can never pass for a short file.
 */
export const FILE_HEADER_BYTES = 16
const RECORD_HEADER_BYTES = 16
const RECORD_END_BYTES = 1
const CRC_OFFSET = 12
const MARK = 0xa5c35a3c
/** Not zero: a sector that was never written is told from one that was. */
const END = 0xe5
const SECTOR_BYTES = 512

/** What a file holds. Eight ASCII bytes, the last of them the format's version. */
export type FileKind = 'ZGWTLOG1' | 'ZGSNAPS1'

/** Bytes of a record beside its payload. */
export const RECORD_OVERHEAD_BYTES = RECORD_HEADER_BYTES + RECORD_END_BYTES

export function encodeFileHeader(kind: FileKind, salt: number): Buffer {
  const header = Buffer.alloc(FILE_HEADER_BYTES)
  header.write(kind, 'latin1')
  header.writeUInt32BE(salt, 8)
  header.writeUInt32BE(crc32(header.subarray(0, CRC_OFFSET)), CRC_OFFSET)
  return header
}

/** The salt of a file of that kind; undefined when the bytes are no such header. */
export function decodeFileHeader(bytes: Buffer, kind: FileKind): number | undefined {
  if (bytes.length < FILE_HEADER_BYTES || bytes.toString('latin1', 0, 8) !== kind) return undefined
  if (bytes.readUInt32BE(CRC_OFFSET) !== crc32(bytes.subarray(0, CRC_OFFSET))) return undefined
  return bytes.readUInt32BE(8)
}

/** The record of a payload that comes in parts: header, the parts, end. */
export function encodeRecord(parts: readonly Buffer[], salt: number): Buffer[] {
  let length = 0
  let checksum = salt
  for (const part of parts) {
    length += part.length
    checksum = crc32(part, checksum)
  }
  const header = Buffer.alloc(RECORD_HEADER_BYTES)
  header.writeUInt32BE(MARK, 0)
  header.writeUInt32BE(length, 4)
  header.writeUInt32BE(checksum, 8)
  header.writeUInt32BE(crc32(header.subarray(0, CRC_OFFSET), salt), CRC_OFFSET)
  return [header, ...parts, Buffer.of(END)]
}

/** A record at an offset, or what is there instead. */
export type RecordAt =
  | { readonly type: 'record'; readonly payload: Buffer; readonly end: number }
  /** The bytes end before the record does. */
  | { readonly type: 'short' }
  | { readonly type: 'damaged' }

export function readRecord(bytes: Buffer, offset: number, salt: number): RecordAt {
  const start = offset + RECORD_HEADER_BYTES
  if (start > bytes.length) return { type: 'short' }
  if (
    bytes.readUInt32BE(offset) !== MARK ||
    bytes.readUInt32BE(offset + CRC_OFFSET) !==
      crc32(bytes.subarray(offset, offset + CRC_OFFSET), salt)
  ) {
    return { type: 'damaged' }
  }
  const payloadEnd = start + bytes.readUInt32BE(offset + 4)
  if (payloadEnd + RECORD_END_BYTES > bytes.length) return { type: 'short' }
  const payload = bytes.subarray(start, payloadEnd)
  const whole = bytes[payloadEnd] === END && bytes.readUInt32BE(offset + 8) === crc32(payload, salt)
  return whole
    ? { type: 'record', payload, end: payloadEnd + RECORD_END_BYTES }
    : { type: 'damaged' }
}

/** What a file of records holds, and how it ends. */
export interface RecordScan {
  readonly payloads: readonly Buffer[]
  /** Where the last whole record ends. */
  readonly end: number
  /**
   * `clean`: with a whole record. `torn`: a write was cut short behind it, and nothing of that write was ever
   * acknowledged. `corrupt`: bytes that had reached the disk are no longer what they were.
   */
  readonly tail: 'clean' | 'torn' | 'corrupt'
}

/**
 * Reads the records behind a file's header.
 *
 * A record is written only after the one before it was synced, so a whole record behind a bad one proves that the bad one
 * had been on disk: that is corruption. A bad record at the very end is a torn write when the file is too short
 * for it or a sector of it was never written (zeros); otherwise it is corruption as well, since it may have been acknowledged.
 */
export function scanRecords(bytes: Buffer, salt: number): RecordScan {
  const payloads: Buffer[] = []
  let end = FILE_HEADER_BYTES
  while (end < bytes.length) {
    const at = readRecord(bytes, end, salt)
    if (at.type !== 'record') {
      const torn =
        !hasRecordBehind(bytes, end + 1, salt) &&
        (at.type === 'short' || hasUnwrittenSector(bytes, end))
      return { payloads, end, tail: torn ? 'torn' : 'corrupt' }
    }
    payloads.push(at.payload)
    end = at.end
  }
  return { payloads, end, tail: 'clean' }
}

const MARK_BYTES = Buffer.alloc(4)
MARK_BYTES.writeUInt32BE(MARK)

function hasRecordBehind(bytes: Buffer, from: number, salt: number): boolean {
  let offset = bytes.indexOf(MARK_BYTES, from)
  while (offset !== -1) {
    if (readRecord(bytes, offset, salt).type === 'record') return true
    offset = bytes.indexOf(MARK_BYTES, offset + 1)
  }
  return false
}

/** Whether all of some sector, as far as it lies between `from` and the end, is zero. */
export function hasUnwrittenSector(bytes: Buffer, from: number): boolean {
  let start = from
  while (start < bytes.length) {
    const end = Math.min((Math.floor(start / SECTOR_BYTES) + 1) * SECTOR_BYTES, bytes.length)
    if (bytes.subarray(start, end).every((byte) => byte === 0)) return true
    start = end
  }
  return false
}
