/**
 * A reader of HAProxy's configuration language, written from its manual (section 2.2, "Quoting and
 * escaping") and not from our printer: what it reads is what HAProxy would.
 */
export function parseHaproxy(text: string): string[][] {
  return text
    .split('\n')
    .map(readLine)
    .filter((words) => words.length > 0)
}

type Quote = 'none' | 'weak' | 'strong'

function readLine(line: string): string[] {
  const bytes = Buffer.from(line, 'utf8')
  const words: number[][] = []
  let word: number[] | undefined
  let quote: Quote = 'none'
  for (let index = 0; index < bytes.length; index++) {
    const character = String.fromCharCode(bytes[index] ?? 0)
    if (quote === 'none' && (character === ' ' || character === '\t')) {
      if (word !== undefined) words.push(word)
      word = undefined
      continue
    }
    if (quote === 'none' && character === '#') break
    word ??= []
    if (quote !== 'strong' && character === '\\') {
      const [byte, length] = readEscape(bytes.subarray(index + 1))
      word.push(byte)
      index += length
    } else if (quote !== 'strong' && character === '"') quote = quote === 'weak' ? 'none' : 'weak'
    else if (quote !== 'weak' && character === "'") quote = quote === 'strong' ? 'none' : 'strong'
    else if (quote === 'weak' && character === '$') throw new Error('an environment variable')
    else word.push(bytes[index] ?? 0)
  }
  if (quote !== 'none') throw new Error(`an open quote: ${line}`)
  if (word !== undefined) words.push(word)
  return words.map((each) => Buffer.from(each).toString('utf8'))
}

/** What follows a backslash: the byte that is meant, and how many bytes say so. */
function readEscape(rest: Buffer): [byte: number, length: number] {
  const [first = 0] = rest
  const named = { n: 0x0a, r: 0x0d, t: 0x09 }[String.fromCharCode(first)]
  if (named !== undefined) return [named, 1]
  if (String.fromCharCode(first) === 'x') {
    return [Number.parseInt(rest.toString('latin1', 1, 3), 16), 3]
  }
  if (!` #\\"'$`.includes(String.fromCharCode(first))) throw new Error('an unknown escape')
  return [first, 1]
}

/** The arguments within the brackets of `name(...)`: commas split them, quotes hold them together. */
export function parseArguments(word: string): string[] {
  const open = word.indexOf('(')
  const found: string[] = ['']
  let quote: Quote = 'none'
  for (let index = open + 1; index < word.length; index++) {
    const character = word[index] ?? ''
    const last = found.length - 1
    if (quote === 'none' && character === ')') return found
    if (quote === 'none' && character === ',') found.push('')
    else if (quote !== 'strong' && character === '"') quote = quote === 'weak' ? 'none' : 'weak'
    else if (quote !== 'weak' && character === "'") quote = quote === 'strong' ? 'none' : 'strong'
    else if (quote !== 'strong' && character === '\\') found[last] += word[++index] ?? ''
    else found[last] += character
  }
  throw new Error(`no closing bracket: ${word}`)
}
