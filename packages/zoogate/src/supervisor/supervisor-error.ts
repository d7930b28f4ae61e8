export type SupervisorErrorCode =
  /** Nobody answers on the supervisor's socket. */
  | 'SUPERVISOR_UNREACHABLE'
  /** Another supervisor holds the folder. */
  | 'SUPERVISOR_LOCKED'
  /** `supervisor.json` or `listeners.json` is missing or not what it should be. */
  | 'SUPERVISOR_FILE_INVALID'
  /** A request that is none, or whose parameters are wrong. */
  | 'SUPERVISOR_BAD_REQUEST'
  /** A listening socket cannot be had. */
  | 'SUPERVISOR_BIND_FAILED'
  /** The engine does not run, so it can be neither signalled nor asked. */
  | 'SUPERVISOR_NOT_RUNNING'
  /** The engine ended, or refused, instead of doing what it was asked. */
  | 'SUPERVISOR_ENGINE_FAILED'
  | 'SUPERVISOR_TIMEOUT'
  /** What this way of running an engine cannot do. */
  | 'SUPERVISOR_UNSUPPORTED'

const CODES: ReadonlySet<string> = new Set<SupervisorErrorCode>([
  'SUPERVISOR_UNREACHABLE',
  'SUPERVISOR_LOCKED',
  'SUPERVISOR_FILE_INVALID',
  'SUPERVISOR_BAD_REQUEST',
  'SUPERVISOR_BIND_FAILED',
  'SUPERVISOR_NOT_RUNNING',
  'SUPERVISOR_ENGINE_FAILED',
  'SUPERVISOR_TIMEOUT',
  'SUPERVISOR_UNSUPPORTED',
])

export class SupervisorError extends Error {
  override readonly name = 'SupervisorError'
  readonly code: SupervisorErrorCode

  constructor(code: SupervisorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

export function isSupervisorErrorCode(code: unknown): code is SupervisorErrorCode {
  return typeof code === 'string' && CODES.has(code)
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The system's code of an error, e.g. `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
