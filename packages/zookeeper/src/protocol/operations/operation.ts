import type { JuteReader } from '../jute/jute-reader.ts'
import type { JuteWriter } from '../jute/jute-writer.ts'
import type { OpCode } from '../op-code.ts'

/**
 * One operation of the protocol, both ways: a client encodes requests and decodes responses, a server the reverse.
 * The request stands behind a RequestHeader whose type is `opCode`, the response behind a ReplyHeader whose err is 0.
 */
export interface Operation<Request, Response> {
  readonly opCode: OpCode
  encodeRequest(writer: JuteWriter, request: Request): void
  decodeRequest(reader: JuteReader): Request
  encodeResponse(writer: JuteWriter, response: Response): void
  decodeResponse(reader: JuteReader): Response
}

/** A request or a response without a body. */
export type Nothing = Readonly<Record<string, never>>

/** The only value of `Nothing`. */
export const NOTHING: Nothing = Object.freeze({})

/** Writes a body of no bytes. */
export function encodeNothing(): void {}

/** Reads a body of no bytes. */
export function decodeNothing(): Nothing {
  return NOTHING
}
