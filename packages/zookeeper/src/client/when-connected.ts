import type { CallOptions } from '../connection/call.ts'
import type { Timer } from '../connection/clock.ts'
import { startDeadline } from '../connection/deadline.ts'
import { AbortedError, ClosedError, TimeoutError } from '../errors/client-errors.ts'
import { AuthFailedError } from '../errors/server-errors.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { Session } from '../session/session.ts'
import { isAnswered, type SessionState } from '../session/session-state.ts'

/**
 * Resolves when a server answers; rejects when it never will be, when no server can be spoken to as they are, or when the caller does
 * not want to wait longer.
 */
export function whenConnected(session: Session, options: CallOptions): Promise<void> {
  const { signal, timeoutMs } = options
  return new Promise((resolve, reject) => {
    let timer: Timer | undefined
    let isOver = false
    const end = (error?: Error) => {
      isOver = true
      unsubscribe()
      forgetHopeless()
      timer?.cancel()
      signal?.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onState = (state: SessionState) => {
      if (isAnswered(state)) end()
      else if (state === 'closed') end(new ClosedError('the client was closed'))
      else if (state === 'authFailed') {
        const cause = session.lastConnectionError
        const message = cause?.message ?? 'the server refused a credential'
        end(new AuthFailedError(ErrorCode.authFailed, message, { cause }))
      }
    }
    const onAbort = () =>
      end(new AbortedError('waiting for the connection was aborted', { cause: signal?.reason }))
    const unsubscribe = session.onStateChange(onState)
    const forgetHopeless = session.onHopeless(end)
    const onPassed = () => {
      const cause = session.lastConnectionError
      end(new TimeoutError(`no connection within ${timeoutMs} ms`, { cause }))
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted === true) onAbort()
    else onState(session.state)
    if (!isOver) timer = startDeadline(timeoutMs, session.clock, onPassed)
  })
}
