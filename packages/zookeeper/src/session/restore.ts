import { Call, type Outgoing } from '../connection/call.ts'
import type { Connection } from '../connection/connection.ts'
import { UnimplementedError } from '../errors/server-errors.ts'
import { authOperation } from '../protocol/operations/auth.ts'
import { existsOperation } from '../protocol/operations/exists.ts'
import type { Operation } from '../protocol/operations/operation.ts'
import { setWatchesOperation } from '../protocol/operations/set-watches.ts'
import { setWatches2Operation } from '../protocol/operations/set-watches2.ts'
import type { SaslMechanism } from '../sasl/sasl-mechanism.ts'
import { type AuthenticateOptions, authenticate } from './authenticate.ts'
import { isOneShotOnly, setWatchesChunks } from './set-watches-chunks.ts'
import type { WatchRegistry } from './watch-registry.ts'

/** A proof of identity, for the server's `auth` operation. */
export interface Credential {
  readonly scheme: string
  /** For `digest`: "user:password". */
  readonly credential: string
}

/** What a fresh connection must be told before it can carry requests. */
export interface RestoreOptions extends AuthenticateOptions {
  /** Undefined: there is no SASL. */
  readonly sasl: SaslMechanism | undefined
  readonly credentials: readonly Credential[]
  readonly watches: WatchRegistry
  /** Changes behind this transaction fire their one-shot watches at once. */
  readonly relativeZxid: bigint
  /** What the server must have applied; 0 when the handshake has seen to that. */
  readonly atLeastZxid: bigint
}

/** The server would show an older tree than the caller has seen. */
class ServerBehindError extends Error {}

/**
 * Brings a fresh connection to where the last one was: first SASL and the credentials, since arming a watch may need them, then the
 * watches, and only then requests (ClientCnxn.primeConnection has the same order). After SASL all of it travels in one go. Resolves when
 * the server has answered everything, so the missed events of one-shot watches have been delivered then.
 */
export async function restoreSession(
  connection: Connection,
  options: RestoreOptions,
): Promise<void> {
  if (options.sasl !== undefined) await authenticate(connection, options.sasl, options)
  const answers: Promise<unknown>[] = []
  for (const { scheme, credential } of options.credentials) {
    const call = silentCall(connection, authOperation, {
      type: 0,
      scheme,
      auth: Buffer.from(credential),
    })
    answers.push(call.promise)
    connection.sendAuth(call)
  }
  for (const call of setWatchesCalls(connection, options)) {
    answers.push(call.promise)
    connection.sendSetWatches(call)
  }
  if (options.atLeastZxid > 0n) answers.push(checkNotBehind(connection, options.atLeastZxid))
  try {
    await Promise.all(answers)
    connection.diagnostics.watchesRestored(options.watches.counts)
  } catch (error) {
    // A server before 3.6: without this the connection would be refused again and again.
    if (error instanceof UnimplementedError) options.watches.endPersistent(error)
    throw error
  }
}

type SilentCall = Outgoing & { readonly promise: Promise<unknown> }

function silentCall<Request, Response>(
  connection: Connection,
  operation: Operation<Request, Response>,
  request: Request,
): SilentCall {
  const handlers = { convert: () => undefined }
  return new Call(operation, request, { mutates: false }, handlers, connection.diagnostics)
}

async function checkNotBehind(connection: Connection, atLeastZxid: bigint): Promise<void> {
  const call = silentCall(connection, existsOperation, { path: '/', watch: false })
  connection.send(call)
  await call.promise
  if (connection.lastZxid < atLeastZxid) throw new ServerBehindError('the server is behind')
}

function setWatchesCalls(connection: Connection, options: RestoreOptions): SilentCall[] {
  return setWatchesChunks(options.watches.paths, options.relativeZxid).map((request) =>
    isOneShotOnly(request)
      ? silentCall(connection, setWatchesOperation, request)
      : silentCall(connection, setWatches2Operation, request),
  )
}
