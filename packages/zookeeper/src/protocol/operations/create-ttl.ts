import { OpCode } from '../op-code.ts'
import { type CreateRequest, decodeCreateRequest, encodeCreateRequest } from './create.ts'
import { type Create2Response, decodeCreate2Response, encodeCreate2Response } from './create2.ts'
import type { Operation } from './operation.ts'

/** What createTTL asks for. */
export interface CreateTTLRequest extends CreateRequest {
  /** How long an empty znode may stay without a change, in milliseconds; up to 2^40 - 1. */
  readonly ttlMs: bigint
}

// createTTL Request  => as create with flags = 5 or 6, long ttl
// createTTL Response => as create2

export const createTTLOperation: Operation<CreateTTLRequest, Create2Response> = {
  opCode: OpCode.createTTL,
  encodeRequest(writer, request) {
    encodeCreateRequest(writer, request)
    writer.writeInt64(request.ttlMs)
  },
  decodeRequest(reader) {
    return { ...decodeCreateRequest(reader), ttlMs: reader.readInt64() }
  },
  encodeResponse: encodeCreate2Response,
  decodeResponse: decodeCreate2Response,
}
