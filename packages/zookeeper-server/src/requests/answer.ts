import type { ErrorCode, JuteReader, JuteWriter, Operation } from '@zoogate/zookeeper/protocol'
import type { Identity } from '../access/identity.ts'
import type { Watcher, WatchManager } from '../watches/watch-manager.ts'
import type { Ledger } from './ledger.ts'

/** The body of a reply, still to be written, or the error for its header. */
type Answer = ErrorCode | ((writer: JuteWriter) => void)

/** What a request may look at: the state, and who asks. */
export interface RequestContext {
  readonly ledger: Ledger
  readonly watches: WatchManager
  readonly watcher: Watcher
  readonly sessionId: bigint
  readonly identities: readonly Identity[]
}

/** Carries out the request in `reader`. Throws a `ProtocolError` when the bytes are no such request. */
export type RequestHandler = (reader: JuteReader, context: RequestContext) => Answer

/** A handler from an operation's codec and a function from its request to its response or an error. */
export function handler<Request, Response>(
  operation: Operation<Request, Response>,
  answer: (request: Request, context: RequestContext) => Response | ErrorCode,
): RequestHandler {
  return (reader, context) => {
    const response = answer(operation.decodeRequest(reader), context)
    if (typeof response === 'number') return response as ErrorCode
    return (writer) => operation.encodeResponse(writer, response)
  }
}
