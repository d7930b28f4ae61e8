/** Messages of text in one frame each (RFC 6455 §5.2), of no more bytes than the cases need. */

const TEXT_FRAME = 0x81
const SHORT_MAX = 125
/** Lengths above SHORT_MAX stand in two bytes behind this one. */
const MEDIUM = 126
const MEDIUM_MAX = 65_535
const MASK = Buffer.from([0x1d, 0x2c, 0x3b, 0x4a])

/** @param masked as a client's must be */
export function textFrame(text: string, masked: boolean): Buffer {
  const payload = Buffer.from(text)
  if (payload.length > MEDIUM_MAX) throw new Error(`a message has at most ${MEDIUM_MAX} bytes`)
  const mark = masked ? 0x80 : 0
  const head =
    payload.length > SHORT_MAX
      ? Buffer.from([TEXT_FRAME, MEDIUM | mark, payload.length >> 8, payload.length & 0xff])
      : Buffer.from([TEXT_FRAME, payload.length | mark])
  return masked
    ? Buffer.concat([head, MASK, unmasked(payload, MASK)])
    : Buffer.concat([head, payload])
}

/** The text of the first frame, once it is whole. */
export function readTextFrame(bytes: Buffer): string | undefined {
  const [, second] = bytes
  if (second === undefined) return undefined
  const masked = (second & 0x80) !== 0
  const short = second & 0x7f
  const lengthEnd = short === MEDIUM ? 4 : 2
  if (bytes.length < lengthEnd) return undefined
  const length = short === MEDIUM ? bytes.readUInt16BE(2) : short
  const start = lengthEnd + (masked ? MASK.length : 0)
  if (bytes.length < start + length) return undefined
  const payload = bytes.subarray(start, start + length)
  return (masked ? unmasked(payload, bytes.subarray(lengthEnd, start)) : payload).toString()
}

function unmasked(payload: Buffer, mask: Buffer): Buffer {
  return payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) as Buffer
}
