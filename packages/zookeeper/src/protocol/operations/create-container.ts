import { OpCode } from '../op-code.ts'
import { type CreateRequest, decodeCreateRequest, encodeCreateRequest } from './create.ts'
import { type Create2Response, decodeCreate2Response, encodeCreate2Response } from './create2.ts'
import type { Operation } from './operation.ts'

// createContainer Request  => as create, flags = 4
// createContainer Response => as create2

export const createContainerOperation: Operation<CreateRequest, Create2Response> = {
  opCode: OpCode.createContainer,
  encodeRequest: encodeCreateRequest,
  decodeRequest: decodeCreateRequest,
  encodeResponse: encodeCreate2Response,
  decodeResponse: decodeCreate2Response,
}
