const UNIT_BYTES = {
  TiB: 1024 ** 4,
  GiB: 1024 ** 3,
  MiB: 1024 ** 2,
  KiB: 1024,
  B: 1,
} as const

/** Sizes are whole numbers of at most six digits with their unit (IEC 80000-13): `512B`, `16KiB`, `10MiB`. */
export const SIZE_PATTERN = '^[0-9]{1,6}(B|KiB|MiB|GiB|TiB)$'
const size = new RegExp(SIZE_PATTERN)

/** Bytes, or undefined where the text is not a size. */
export function parseSize(text: string): number | undefined {
  if (!size.test(text)) return undefined
  const [, digits, unit] = /^([0-9]+)([A-Za-z]+)$/.exec(text) ?? []
  return Number(digits) * UNIT_BYTES[unit as keyof typeof UNIT_BYTES]
}

/** In the largest unit that holds it whole: 16 384 is `16KiB`, 1000 is `1000B`. */
export function formatSize(bytes: number): string {
  const whole = Object.entries(UNIT_BYTES).find(
    ([, unitBytes]) => bytes >= unitBytes && bytes % unitBytes === 0,
  )
  return whole === undefined ? `${bytes}B` : `${bytes / whole[1]}${whole[0]}`
}

/**
 * Bytes of a size that a schema let pass.
 * @throws TypeError where it is none
 */
export function sizeBytes(text: string): number {
  const bytes = parseSize(text)
  if (bytes === undefined) throw new TypeError(`not a size: ${text}`)
  return bytes
}
