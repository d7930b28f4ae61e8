/** Numbers that lengths, counts and codes go wrong with. */
const EVIL_INTS = [-1, -2, 0, 1, 4, 0x7f, 0xff, 0xffff, 0xfffff, 0x7fffffff, -0x80000000]
const MAX_MUTATIONS = 4
const MAX_ADDED_BYTES = 64

type Mutation = (bytes: Buffer, random: () => number, other: Buffer) => Buffer

const mutations: readonly Mutation[] = [
  // One bit, one byte.
  (bytes, random) => changed(bytes, random, (byte) => byte ^ (1 << below(8, random))),
  (bytes, random) => changed(bytes, random, () => below(256, random)),
  // A length or a code.
  (bytes, random) => {
    if (bytes.length < 4) return bytes
    const copy = Buffer.from(bytes)
    const value = EVIL_INTS[below(EVIL_INTS.length, random)] ?? 0
    copy.writeInt32BE(value, below(bytes.length - 3, random))
    return copy
  },
  // A length that is off by a little.
  (bytes, random) => {
    if (bytes.length < 4) return bytes
    const copy = Buffer.from(bytes)
    const offset = below(bytes.length - 3, random)
    copy.writeInt32BE((copy.readInt32BE(offset) + below(9, random) - 4) | 0, offset)
    return copy
  },
  // Cut off, and drawn out.
  (bytes, random) => bytes.subarray(0, below(bytes.length + 1, random)),
  (bytes, random) => {
    const added = Buffer.from(
      Array.from({ length: below(MAX_ADDED_BYTES, random) }, () => below(256, random)),
    )
    return Buffer.concat([bytes, added])
  },
  // A piece is lost, is there twice, or is another frame's.
  (bytes, random) => {
    const [start, end] = piece(bytes, random)
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
  },
  (bytes, random) => {
    const [start, end] = piece(bytes, random)
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)])
  },
  (bytes, random, other) =>
    Buffer.concat([
      bytes.subarray(0, below(bytes.length + 1, random)),
      other.subarray(below(other.length + 1, random)),
    ]),
]

/** One to four things wrong with a frame; `other` is where foreign pieces come from. */
export function mutate(frame: Buffer, other: Buffer, random: () => number): Buffer {
  let bytes = frame
  for (let left = 1 + below(MAX_MUTATIONS, random); left > 0; left--) {
    bytes = mutations[below(mutations.length, random)]?.(bytes, random, other) ?? bytes
  }
  return bytes
}

/** A whole number from 0 up to, but not, `end`. */
export function below(end: number, random: () => number): number {
  return Math.floor(end * random())
}

function changed(bytes: Buffer, random: () => number, change: (byte: number) => number): Buffer {
  if (bytes.length === 0) return bytes
  const copy = Buffer.from(bytes)
  const offset = below(bytes.length, random)
  copy[offset] = change(copy[offset] ?? 0)
  return copy
}

function piece(bytes: Buffer, random: () => number): [number, number] {
  const start = below(bytes.length + 1, random)
  return [start, start + below(bytes.length - start + 1, random)]
}
