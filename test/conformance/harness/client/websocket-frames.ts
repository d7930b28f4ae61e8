/** Messages of text in one frame each (RFC 6455 §5.2), as short as the cases need them. */

const TEXT_FRAME = 0x81
const SHORT_MAX = 125
const MASK = Buffer.from([0x1d, 0x2c, 0x3b, 0x4a])

/** @param masked as a client's must be */
export function textFrame(text: string, masked: boolean): Buffer {
  const payload = Buffer.from(text)
  if (payload.length > SHORT_MAX) throw new Error(`a message has at most ${SHORT_MAX} bytes`)
  const head = Buffer.from([TEXT_FRAME, payload.length | (masked ? 0x80 : 0)])
  return masked
    ? Buffer.concat([head, MASK, unmasked(payload, MASK)])
    : Buffer.concat([head, payload])
}

/** The text of the first frame, once it is whole. */
export function readTextFrame(bytes: Buffer): string | undefined {
  const [, second] = bytes
  if (second === undefined) return undefined
  const masked = (second & 0x80) !== 0
  const length = second & 0x7f
  const start = masked ? 6 : 2
  if (bytes.length < start + length) return undefined
  const payload = bytes.subarray(start, start + length)
  return (masked ? unmasked(payload, bytes.subarray(2, 6)) : payload).toString()
}

function unmasked(payload: Buffer, mask: Buffer): Buffer {
  return payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) as Buffer
}
