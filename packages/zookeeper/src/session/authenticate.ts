import { Call } from '../connection/call.ts'
import type { Clock } from '../connection/clock.ts'
import type { Connection } from '../connection/connection.ts'
import { AuthFailedError, UnimplementedError } from '../errors/server-errors.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import { saslOperation } from '../protocol/operations/sasl.ts'
import type { SaslExchange, SaslMechanism } from '../sasl/sasl-mechanism.ts'

/** An exchange takes two round trips with DIGEST-MD5 and four or so with GSSAPI: one that goes on is none. */
const MAX_STEPS = 16
const NOTHING = Buffer.alloc(0)

/** Settings of an authentication. */
export interface AuthenticateOptions {
  /** After so long the connection is closed: a server answers pings even when it leaves a token unanswered. */
  readonly timeoutMs: number
  readonly clock: Clock
}

/**
 * Proves by SASL who we are (ZooKeeperSaslClient). Rejects with an `AuthFailedError` when the server refuses, does not know SASL or cannot prove
 * who it is, and with any other error when another attempt may go better.
 */
export async function authenticate(
  connection: Connection,
  mechanism: SaslMechanism,
  options: AuthenticateOptions,
): Promise<void> {
  const { timeoutMs, clock } = options
  const timer = clock.setTimer(() => {
    connection.close(new Error(`no ${mechanism.name} authentication within ${timeoutMs} ms`))
  }, timeoutMs)
  const closed = connection.closed.then((reason) => {
    throw asRefusal(reason, mechanism)
  })
  try {
    await Promise.race([closed, exchange(connection, mechanism)])
  } catch (error) {
    if (!(error instanceof UnimplementedError)) throw error
    // Trying again would end in the same way, and cost the server a connection each time.
    throw new AuthFailedError(ErrorCode.authFailed, 'the server does not know SASL', {
      cause: error,
    })
  } finally {
    timer.cancel()
  }
}

async function exchange(connection: Connection, mechanism: SaslMechanism): Promise<void> {
  const { host, port, serverName = host } = connection.endpoint
  const exchange: SaslExchange = await mechanism.start({ host: serverName, port })
  let challenge: Buffer = NOTHING
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const { response, isComplete } = await exchange.step(challenge)
    if (response !== undefined) challenge = await ask(connection, response, mechanism)
    if (isComplete) return
    if (response === undefined) throw new Error(`${mechanism.name} has no answer for the server`)
  }
  throw new Error(`${mechanism.name} came to no end in ${MAX_STEPS} steps`)
}

async function ask(
  connection: Connection,
  token: Buffer,
  mechanism: SaslMechanism,
): Promise<Buffer> {
  const call = new Call(
    saslOperation,
    { token },
    { mutates: false },
    { convert: (response) => response.token ?? NOTHING },
    connection.diagnostics,
  )
  connection.send(call)
  try {
    return await call.promise
  } catch (error) {
    throw asRefusal(error, mechanism)
  }
}

/** A server that wants SASL says just that to who tried it in vain. */
function asRefusal(error: unknown, { name }: SaslMechanism): unknown {
  if (!(error instanceof AuthFailedError)) return error
  const message = `the server refused our ${name} authentication`
  return new AuthFailedError(error.serverCode, message, { cause: error })
}
