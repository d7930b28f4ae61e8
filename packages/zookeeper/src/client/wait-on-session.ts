import { abortError } from '../connection/abort-error.ts'
import type { CallOptions } from '../connection/call.ts'
import { startDeadline } from '../connection/deadline.ts'
import { ClosedError, TimeoutError } from '../errors/client-errors.ts'
import { AuthFailedError } from '../errors/server-errors.ts'
import { ErrorCode } from '../protocol/error-code.ts'
import type { Session } from '../session/session.ts'
import { isAnswered, isFinal } from '../session/session-state.ts'
import { checkOptions } from './check-arguments.ts'

/** Resolves when a server answers; rejects as `waitOn` does, and when no server can be spoken to as they are. */
export function whenConnected(session: Session, options: CallOptions): Promise<void> {
  const isReached = () => isAnswered(session.state)
  const wait: Wait = {
    what: 'connection',
    isReached,
    listen: (_check, end) => session.onHopeless(end),
  }
  return waitOn(session, wait, options)
}

/** Resolves when a request would be written at once; rejects as `waitOn` does. */
export function whenDrained(session: Session, options: CallOptions): Promise<void> {
  const isReached = () => session.canSendNow
  const wait: Wait = {
    what: 'room for requests',
    isReached,
    listen: (check) => session.onRoom(check),
  }
  return waitOn(session, wait, options)
}

interface Wait {
  readonly what: string
  readonly isReached: () => boolean
  /** Has `check` called when it may be reached, besides changes of state, or `end` when it never will be. Gives what ends that. */
  readonly listen: (check: () => void, end: (error: Error) => void) => () => void
}

/** Waits for something of a session; rejects when the client has come to its end, or the caller does not want to wait longer. */
function waitOn(session: Session, wait: Wait, options: CallOptions): Promise<void> {
  try {
    checkOptions(options)
  } catch (error) {
    return Promise.reject(error)
  }
  const { signal, timeoutMs } = options
  // Even without any time to wait.
  if (wait.isReached() && signal?.aborted !== true) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const enders: (() => void)[] = []
    let isOver = false
    const end = (error?: Error) => {
      isOver = true
      for (const one of enders) one()
      if (error === undefined) resolve()
      else reject(error)
    }
    const check = () => {
      if (wait.isReached()) end()
      else if (isFinal(session.state)) end(finalError(session))
    }
    const onAbort = () => end(abortError(signal?.reason, `waiting for ${wait.what} was aborted`))
    const onPassed = () => {
      const cause = session.lastConnectionError
      end(new TimeoutError(`no ${wait.what} within ${timeoutMs} ms`, { cause }))
    }
    if (signal?.aborted === true) {
      onAbort()
      return
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    const timer = startDeadline(timeoutMs, session.clock, onPassed)
    enders.push(
      () => signal?.removeEventListener('abort', onAbort),
      () => timer?.cancel(),
      session.onStateChange(check),
      wait.listen(check, end),
    )
    // A deadline that is over already ends it at once, before there is anything to take back.
    if (isOver) for (const one of enders) one()
    else check()
  })
}

function finalError(session: Session): Error {
  if (session.state === 'closed') return new ClosedError('the client was closed')
  const cause = session.lastConnectionError
  const message = cause?.message ?? 'the server refused a credential'
  return new AuthFailedError(ErrorCode.authFailed, message, { cause })
}
