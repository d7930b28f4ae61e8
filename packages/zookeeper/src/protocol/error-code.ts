/** The reply header's `err` (`KeeperException.Code`). Codes outside this table exist: treat them as a generic failure. */
export const ErrorCode = {
  ok: 0,
  systemError: -1,
  /** Also the code of the operations behind the failing one in a multi. */
  runtimeInconsistency: -2,
  dataInconsistency: -3,
  connectionLoss: -4,
  marshallingError: -5,
  unimplemented: -6,
  operationTimeout: -7,
  badArguments: -8,
  unknownSession: -12,
  newConfigNoQuorum: -13,
  reconfigInProgress: -14,
  apiError: -100,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  invalidCallback: -113,
  invalidACL: -114,
  authFailed: -115,
  sessionMoved: -118,
  notReadOnly: -119,
  ephemeralOnLocalSession: -120,
  noWatcher: -121,
  requestTimeout: -122,
  reconfigDisabled: -123,
  sessionClosedRequireSaslAuth: -124,
  quotaExceeded: -125,
  throttledOp: -127,
} as const

/** The closed union of error codes that are known. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

const names = new Map<number, string>(Object.entries(ErrorCode).map(([name, code]) => [code, name]))

/** The name of an error code, for messages; `error 4711` for one that nobody knows. */
export function errorCodeName(code: number): string {
  return names.get(code) ?? `error ${code}`
}
