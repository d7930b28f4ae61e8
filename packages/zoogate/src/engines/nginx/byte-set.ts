/**
 * The bytes that one place of a regular expression takes. Of those beyond ASCII it takes all or none:
 * they are parts of characters, which PCRE does not put together unless it is told to.
 */
export interface ByteSet {
  /** Code by code, 128 of them. */
  readonly ascii: readonly boolean[]
  readonly beyond: boolean
}

export const LINE_FEED = 0x0a

export function byteSet(takes: (code: number) => boolean, beyond = false): ByteSet {
  return { ascii: Array.from({ length: 128 }, (_, code) => takes(code)), beyond }
}

export function oneByte(code: number): ByteSet {
  return byteSet((each) => each === code)
}

export function complement({ ascii, beyond }: ByteSet): ByteSet {
  return { ascii: ascii.map((taken) => !taken), beyond: !beyond }
}

export function union(sets: readonly ByteSet[]): ByteSet {
  return byteSet(
    (code) => sets.some(({ ascii }) => ascii[code]),
    sets.some(({ beyond }) => beyond),
  )
}

export function without({ ascii, beyond }: ByteSet, code: number): ByteSet {
  return { ascii: ascii.map((taken, each) => taken && each !== code), beyond }
}

/** The codes of ASCII that it takes. */
function codesOf({ ascii }: ByteSet): readonly number[] {
  return ascii.flatMap((taken, code) => (taken ? [code] : []))
}

/** As PCRE reads it. */
export function printByteSet(set: ByteSet): string {
  const codes = codesOf(set)
  const [only] = codes
  if (only === undefined && !set.beyond) return '(?!)'
  if (only !== undefined && codes.length === 1 && !set.beyond) return printCode(only)
  return `[${ranges(codes)}${set.beyond ? String.raw`\x80-\xff` : ''}]`
}

/**
 * As it may stand in a query: each byte as it is, where `raw` says that it may stand there so, or
 * percent-encoded in either letter case.
 */
export function printEncoded(set: ByteSet, raw: (code: number) => boolean): string {
  const plain = codesOf(set).filter(raw)
  const asItIs = plain.length === 0 ? [] : [printByteSet(byteSet((code) => plain.includes(code)))]
  const encoded = encodings(set)
  return `(?:${[...asItIs, ...(encoded === '' ? [] : [`%(?:${encoded})`])].join('|')})`
}

/** The two digits of all that it takes: those with the same first one together. */
function encodings({ ascii, beyond }: ByteSet): string {
  const firsts = Array.from({ length: 8 }, (_, first) => {
    const seconds = Array.from({ length: 16 }, (_, second) => second).filter(
      (second) => ascii[first * 16 + second],
    )
    if (seconds.length === 0) return []
    return [`${first}[${seconds.map(printDigit).join('')}]`]
  }).flat()
  return [...firsts, ...(beyond ? ['[89A-Fa-f][0-9A-Fa-f]'] : [])].join('|')
}

function printDigit(digit: number): string {
  const text = digit.toString(16)
  return digit < 10 ? text : `${text}${text.toUpperCase()}`
}

function ranges(codes: readonly number[]): string {
  let text = ''
  for (let at = 0; at < codes.length; ) {
    const first = codes[at] ?? 0
    let last = first
    while (codes[at + 1] === last + 1) {
      last++
      at++
    }
    at++
    text += first === last ? printCode(first) : `${printCode(first)}-${printCode(last)}`
  }
  return text
}

function printCode(code: number): string {
  const character = String.fromCharCode(code)
  if (/[A-Za-z0-9/_]/.test(character)) return character
  return `\\x${code.toString(16).padStart(2, '0')}`
}
