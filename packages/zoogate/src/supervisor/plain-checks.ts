/**
 * Checks of data from outside by hand: a supervisor runs beside every engine and has to be small, and
 * a schema library would be half of its memory and most of its start.
 */
export type Fields = Readonly<Record<string, unknown>>

/** Thrown by the checks; names the field. */
class CheckError extends Error {
  override readonly name = 'CheckError'
}

export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CheckError(`${what} is no object`)
  }
  return Object.fromEntries(Object.entries(value))
}

export interface TextLimits {
  readonly lengthMin?: number
  /** Default 4096. */
  readonly lengthMax?: number
  readonly pattern?: RegExp
}

export function textOf(value: unknown, what: string, limits: TextLimits = {}): string {
  const { lengthMin = 0, lengthMax = 4096, pattern } = limits
  if (typeof value !== 'string') throw new CheckError(`${what} is no text`)
  if (value.length < lengthMin || value.length > lengthMax) {
    throw new CheckError(`${what} has not ${lengthMin} to ${lengthMax} characters`)
  }
  if (pattern !== undefined && !pattern.test(value)) throw new CheckError(`${what} is malformed`)
  return value
}

export function integerOf(value: unknown, what: string, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value
  }
  throw new CheckError(`${what} is no whole number from ${min} to ${max}`)
}

export function listOf<T>(
  value: unknown,
  what: string,
  lengthMax: number,
  item: (value: unknown, what: string) => T,
): readonly T[] {
  if (!Array.isArray(value)) throw new CheckError(`${what} is no list`)
  if (value.length > lengthMax) throw new CheckError(`${what} has more than ${lengthMax} items`)
  return value.map((entry: unknown, i) => item(entry, `${what}[${i}]`))
}

export function oneOf<const T extends string>(
  value: unknown,
  what: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((candidate) => candidate === value)
  if (found === undefined) throw new CheckError(`${what} is none of ${allowed.join(', ')}`)
  return found
}
