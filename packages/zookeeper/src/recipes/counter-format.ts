import { InvalidOptionError, SerializationError } from '../errors/client-errors.ts'

/**
 * How a counter lies in its znode:
 * - `decimal`: digits, "-12", as kazoo's `Counter` writes integers;
 * - `int64`: eight bytes, most significant first, as Curator's `DistributedAtomicLong`;
 * - `int32`: four bytes, as Curator's `SharedCount` and kazoo's `Counter` with `support_curator`.
 */
export type CounterFormat = 'decimal' | 'int64' | 'int32'

const DECIMAL = /^-?[0-9]{1,19}$/

/** The bits of each format's numbers, their sign included. */
const bitsOf: Readonly<Record<CounterFormat, 32 | 64>> = { decimal: 64, int64: 64, int32: 32 }

/** The number that a caller gave. Throws an `InvalidOptionError` for one that is no safe integer. */
export function toCount(value: bigint | number): bigint {
  if (typeof value === 'bigint') return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  throw new InvalidOptionError(`a counter takes a bigint or a safe integer, not ${String(value)}`)
}

/** The znode's data. Throws an `InvalidOptionError` for a number that the format cannot hold. */
export function encodeCounter(value: bigint, format: CounterFormat): Buffer {
  const bits = bitsOf[format]
  if (BigInt.asIntN(bits, value) !== value) {
    throw new InvalidOptionError(`${value} does not fit into ${bits} bits`)
  }
  if (format === 'decimal') return Buffer.from(String(value))
  const data = Buffer.alloc(bits / 8)
  if (format === 'int64') data.writeBigInt64BE(value)
  else data.writeInt32BE(Number(value))
  return data
}

/** The number, or undefined for a znode without data. Throws a `SerializationError` for data that is no such number. */
export function decodeCounter(
  data: Buffer | null,
  format: CounterFormat,
  path: string,
): bigint | undefined {
  if (data === null || data.length === 0) return undefined
  if (format === 'decimal') {
    const text = data.toString('latin1')
    if (!DECIMAL.test(text)) throw malformed(format, data, path)
    const value = BigInt(text)
    if (BigInt.asIntN(64, value) !== value) throw malformed(format, data, path)
    return value
  }
  if (data.length !== bitsOf[format] / 8) throw malformed(format, data, path)
  return format === 'int64' ? data.readBigInt64BE() : BigInt(data.readInt32BE())
}

/** How much of the data an error shows. */
const SHOWN_BYTES = 16

function malformed(format: CounterFormat, data: Buffer, path: string): SerializationError {
  const shown = data.subarray(0, SHOWN_BYTES).toString('hex')
  const bytes = `the ${data.length} bytes ${shown}${data.length > SHOWN_BYTES ? '…' : ''}`
  return new SerializationError(`${bytes} of ${path} are no ${format} counter`, { path })
}
