import { OpCode } from '../op-code.ts'
import { decodeNothing, encodeNothing, type Nothing, type Operation } from './operation.ts'

/** One identity that the connection has. */
export interface ClientInfo {
  readonly authScheme: string
  readonly user: string
}

/** What whoAmI answers. */
export interface WhoAmIResponse {
  readonly clientInfo: readonly ClientInfo[]
}

// whoAmI Request  =>
// whoAmI Response => vector<ClientInfo>
// ClientInfo      => ustring authScheme, ustring user

export const whoAmIOperation: Operation<Nothing, WhoAmIResponse> = {
  opCode: OpCode.whoAmI,
  encodeRequest: encodeNothing,
  decodeRequest: decodeNothing,
  encodeResponse(writer, response) {
    writer.writeVector(response.clientInfo, (to, info) =>
      to.writeString(info.authScheme).writeString(info.user),
    )
  },
  decodeResponse(reader) {
    return {
      clientInfo: reader.readVector((from) => ({
        authScheme: from.readString(),
        user: from.readString(),
      })),
    }
  },
}
