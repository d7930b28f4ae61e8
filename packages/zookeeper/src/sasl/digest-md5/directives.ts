import { ProtocolError } from '../../errors/protocol-error.ts'

// directives  => 1#( name "=" ( token | quoted-string ) )        RFC 2831, 7.1 and 7.2: a list may have empty elements
const DIRECTIVE =
  /[ \t\r\n]*([!#$%&'*+\-.^_`|~\dA-Za-z]+)[ \t\r\n]*=[ \t\r\n]*(?:"((?:[^"\\]|\\.)*)"|([^\s",\\]+))[ \t\r\n]*(?=,|$)/sy
const BETWEEN = /[ \t\r\n,]*/y

/** RFC 2831 lets nothing be longer: a response is below 4,096 bytes, a challenge below 2,048. */
const MAX_BYTES = 4_096

/** One `name=value`, the value without its quotes. */
export type Directive = readonly [name: string, value: string]

/** Reads a list of directives, each byte as one character; names become lower case. Throws a `ProtocolError` for anything else. */
export function parseDirectives(bytes: Buffer): Directive[] {
  if (bytes.length >= MAX_BYTES) {
    throw new ProtocolError('ZK_FRAME_TOO_LONG', `a list of directives has ${bytes.length} bytes`)
  }
  const text = bytes.toString('latin1')
  const directives: Directive[] = []
  let position = endOf(BETWEEN, text, 0)
  while (position < text.length) {
    DIRECTIVE.lastIndex = position
    const match = DIRECTIVE.exec(text)
    const name = match?.[1]
    if (match === null || name === undefined) {
      throw new ProtocolError('ZK_MALFORMED', `a list of directives is wrong at byte ${position}`)
    }
    directives.push([name.toLowerCase(), match[3] ?? unescaped(match[2] ?? '')])
    position = endOf(BETWEEN, text, DIRECTIVE.lastIndex)
  }
  return directives
}

/** Writes a value as a quoted string. */
export function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}

function unescaped(value: string): string {
  return value.replaceAll(/\\(.)/gs, '$1')
}

function endOf(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position
  pattern.exec(text)
  return pattern.lastIndex
}
