import { SerializationError } from '../errors/client-errors.ts'
import type { DataInput } from './multi.ts'

/** Turns values into what znodes hold, and back (Curator's `ModelSerializer`). Both may throw whatever says best what is wrong. */
export interface Serializer<Value> {
  serialize(value: Value): DataInput
  /** `data` is null for a znode without data, which is another thing than no bytes. */
  deserialize(data: Buffer | null): Value
}

/**
 * JSON in UTF-8. `check` gets what was read, and gives it with its type or throws: the `parse` of a schema library does. Without
 * one, values are `unknown`.
 */
export function jsonSerializer(): Serializer<unknown>
export function jsonSerializer<Value>(check: (value: unknown) => Value): Serializer<Value>
export function jsonSerializer(check: (value: unknown) => unknown = (value) => value) {
  return {
    serialize(value: unknown): string {
      const text: string | undefined = JSON.stringify(value)
      if (text === undefined) throw new TypeError(`${typeof value} has no JSON`)
      return text
    },
    deserialize(data: Buffer | null): unknown {
      if (data === null) throw new TypeError('there is no data')
      const value: unknown = JSON.parse(utf8.decode(data))
      return check(value)
    },
  }
}

/** Bytes that are no UTF-8 are an error, not question marks. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

/** Serializes; throws a `SerializationError` that names the path. */
export function serialize<Value>(
  serializer: Serializer<Value>,
  value: Value,
  path: string,
): DataInput {
  try {
    return serializer.serialize(value)
  } catch (cause) {
    const message = `the value for ${path} cannot be serialized: ${reasonOf(cause)}`
    throw new SerializationError(message, { path, cause })
  }
}

/** Deserializes; throws a `SerializationError` that names the path. */
export function deserialize<Value>(
  serializer: Serializer<Value>,
  data: Buffer | null,
  path: string,
): Value {
  try {
    return serializer.deserialize(data)
  } catch (cause) {
    const message = `the data of ${path} cannot be deserialized: ${reasonOf(cause)}`
    throw new SerializationError(message, { path, cause })
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
