import type { Answer } from '../case-schema.ts'

/** Tells requests apart, so that the backends can say who met which. */
export const REQUEST_ID = 'x-conformance-id'
/** What the backends shall answer to this one request. */
const INSTRUCTIONS = 'x-conformance-answer'

/** By backend; `*` is any other. */
export type Instructions = Readonly<Record<string, Answer>>

export function instructionHeaders(id: string, instructions: Instructions): Record<string, string> {
  if (Object.keys(instructions).length === 0) return { [REQUEST_ID]: id }
  const text = Buffer.from(JSON.stringify(instructions)).toString('base64url')
  return { [REQUEST_ID]: id, [INSTRUCTIONS]: text }
}

export function instructionFor(
  backend: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Answer {
  const text = headers[INSTRUCTIONS]
  if (typeof text !== 'string') return {}
  const instructions: Instructions = JSON.parse(Buffer.from(text, 'base64url').toString())
  return instructions[backend] ?? instructions['*'] ?? {}
}
