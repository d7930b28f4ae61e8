import { ErrorCode, errorCodeName } from '../protocol/error-code.ts'
import { SessionExpiredError } from './client-errors.ts'
import { ZooKeeperError, type ZooKeeperErrorOptions } from './zookeeper-error.ts'

/** An answer by which the server refuses. `serverCode` is the number on the wire (`KeeperException.Code`). */
export abstract class ServerError extends ZooKeeperError {
  readonly serverCode: number

  constructor(serverCode: number, message: string, options: ZooKeeperErrorOptions = {}) {
    super(options.path === undefined ? message : `${message}: ${options.path}`, options)
    this.serverCode = serverCode
  }
}

/** The server failed inside. */
export class SystemError extends ServerError {
  override readonly code = 'ZK_SYSTEM_ERROR'
}
/** The server could not read the request. */
export class MarshallingError extends ServerError {
  override readonly code = 'ZK_MARSHALLING_ERROR'
}
/** The server does not know the operation, or has it switched off. It closes the connection too: do not repeat. */
export class UnimplementedError extends ServerError {
  override readonly code = 'ZK_UNIMPLEMENTED'
}
/** The server gave up on the request. */
export class OperationTimeoutError extends ServerError {
  override readonly code = 'ZK_OPERATION_TIMEOUT'
  override readonly retryable = true
}
/** The server finds the arguments invalid: a path, a create mode, a time to live. */
export class BadArgumentsError extends ServerError {
  override readonly code = 'ZK_BAD_ARGUMENTS'
}
/** Reconfiguration is switched off: the servers need `reconfigEnabled=true`, and an ensemble. */
export class ReconfigDisabledError extends ServerError {
  override readonly code = 'ZK_RECONFIG_DISABLED'
}
/** Another reconfiguration is under way. */
export class ReconfigInProgressError extends ServerError {
  override readonly code = 'ZK_RECONFIG_IN_PROGRESS'
  override readonly retryable = true
}
/** A quorum of the new members is not there yet: joining servers must run, and have caught up with the leader. */
export class NewConfigNoQuorumError extends ServerError {
  override readonly code = 'ZK_NEW_CONFIG_NO_QUORUM'
  override readonly retryable = true
}
/** The znode, or the parent of the one to create, does not exist. */
export class NoNodeError extends ServerError {
  override readonly code = 'ZK_NO_NODE'
}
/** The ACL does not allow it to the connection's identities. */
export class NoAuthError extends ServerError {
  override readonly code = 'ZK_NO_AUTH'
}
/** The znode has another version than the call expected. */
export class BadVersionError extends ServerError {
  override readonly code = 'ZK_BAD_VERSION'
}
/** An ephemeral znode cannot have children. */
export class NoChildrenForEphemeralsError extends ServerError {
  override readonly code = 'ZK_NO_CHILDREN_FOR_EPHEMERALS'
}
/** The znode exists already. */
export class NodeExistsError extends ServerError {
  override readonly code = 'ZK_NODE_EXISTS'
}
/** A znode with children cannot be deleted. */
export class NotEmptyError extends ServerError {
  override readonly code = 'ZK_NOT_EMPTY'
}
/** The ACL is empty, names an unknown scheme, or an id that its scheme does not allow. */
export class InvalidACLError extends ServerError {
  override readonly code = 'ZK_INVALID_ACL'
}
/** The server did not accept a credential. One of the client's `auth` option leaves it `authFailed` for good. */
export class AuthFailedError extends ServerError {
  override readonly code = 'ZK_AUTH_FAILED'
}
/** The session was taken over by another connection before the request came through. */
export class SessionMovedError extends ServerError {
  override readonly code = 'ZK_SESSION_MOVED'
  override readonly retryable = true
}
/** A write came to a server that is without a quorum. */
export class ReadOnlyServerError extends ServerError {
  override readonly code = 'ZK_READ_ONLY_SERVER'
  override readonly retryable = true
}
/** The session is local to one server and cannot own ephemeral znodes. */
export class EphemeralOnLocalSessionError extends ServerError {
  override readonly code = 'ZK_EPHEMERAL_ON_LOCAL_SESSION'
}
/** There is no such watch to remove. */
export class NoWatcherError extends ServerError {
  override readonly code = 'ZK_NO_WATCHER'
}
/** A hard quota would be exceeded. */
export class QuotaExceededError extends ServerError {
  override readonly code = 'ZK_QUOTA_EXCEEDED'
}
/** The server is too busy. */
export class ThrottledError extends ServerError {
  override readonly code = 'ZK_THROTTLED'
  override readonly retryable = true
}
/** An operation of a multi that was taken back, or not tried, since another one failed. */
export class RolledBackError extends ServerError {
  override readonly code = 'ZK_ROLLED_BACK'
}
/** A code that this version does not know. */
export class UnknownServerError extends ServerError {
  override readonly code = 'ZK_UNKNOWN_SERVER_ERROR'
}

type ServerErrorClass = new (
  serverCode: number,
  message: string,
  options?: ZooKeeperErrorOptions,
) => ServerErrorUnion

/** Every class of this file. */
export type ServerErrorUnion =
  | SystemError
  | MarshallingError
  | UnimplementedError
  | OperationTimeoutError
  | BadArgumentsError
  | ReconfigDisabledError
  | ReconfigInProgressError
  | NewConfigNoQuorumError
  | NoNodeError
  | NoAuthError
  | BadVersionError
  | NoChildrenForEphemeralsError
  | NodeExistsError
  | NotEmptyError
  | InvalidACLError
  | AuthFailedError
  | SessionMovedError
  | ReadOnlyServerError
  | EphemeralOnLocalSessionError
  | NoWatcherError
  | QuotaExceededError
  | ThrottledError
  | RolledBackError
  | UnknownServerError

const classes = new Map<number, readonly [ServerErrorClass, string]>([
  [ErrorCode.systemError, [SystemError, 'the server failed']],
  [ErrorCode.dataInconsistency, [SystemError, 'the server found its data inconsistent']],
  [ErrorCode.runtimeInconsistency, [RolledBackError, 'another operation of the multi failed']],
  [ErrorCode.marshallingError, [MarshallingError, 'the server could not read the request']],
  [ErrorCode.unimplemented, [UnimplementedError, 'the server does not know the operation']],
  [ErrorCode.operationTimeout, [OperationTimeoutError, 'the server gave up']],
  [ErrorCode.requestTimeout, [OperationTimeoutError, 'the server gave up']],
  [ErrorCode.badArguments, [BadArgumentsError, 'the server finds the arguments invalid']],
  [ErrorCode.newConfigNoQuorum, [NewConfigNoQuorumError, 'the new members have no quorum']],
  [ErrorCode.reconfigInProgress, [ReconfigInProgressError, 'another reconfiguration is under way']],
  [ErrorCode.reconfigDisabled, [ReconfigDisabledError, 'reconfiguration is switched off']],
  [ErrorCode.noNode, [NoNodeError, 'no such znode']],
  [ErrorCode.noAuth, [NoAuthError, 'not allowed by the ACL']],
  [ErrorCode.badVersion, [BadVersionError, 'the znode has another version']],
  [
    ErrorCode.noChildrenForEphemerals,
    [NoChildrenForEphemeralsError, 'an ephemeral znode cannot have children'],
  ],
  [ErrorCode.nodeExists, [NodeExistsError, 'the znode exists already']],
  [ErrorCode.notEmpty, [NotEmptyError, 'the znode has children']],
  [ErrorCode.invalidACL, [InvalidACLError, 'the ACL is invalid']],
  [ErrorCode.authFailed, [AuthFailedError, 'the credential was not accepted']],
  [
    ErrorCode.sessionClosedRequireSaslAuth,
    [AuthFailedError, 'the server serves only who has authenticated, by SASL or as it enforces'],
  ],
  [ErrorCode.sessionMoved, [SessionMovedError, 'the session moved to another connection']],
  [ErrorCode.notReadOnly, [ReadOnlyServerError, 'the server is read-only']],
  [
    ErrorCode.ephemeralOnLocalSession,
    [EphemeralOnLocalSessionError, 'a local session cannot own ephemeral znodes'],
  ],
  [ErrorCode.noWatcher, [NoWatcherError, 'no such watch']],
  [ErrorCode.quotaExceeded, [QuotaExceededError, 'a quota would be exceeded']],
  [ErrorCode.throttledOp, [ThrottledError, 'the server is too busy']],
])

/** A server that says one of these has not refused the request: it does not know what became of it. */
const unknownOutcomes = new Set<number>([
  ErrorCode.systemError,
  ErrorCode.dataInconsistency,
  ErrorCode.operationTimeout,
  ErrorCode.requestTimeout,
])

/**
 * The error of a reply's code; `mutates` says whether the request was a write, `hint` what else may help. Never throws: a code that nobody knows becomes an
 * `UnknownServerError`.
 */
export function serverError(
  serverCode: number,
  path?: string,
  { mutates = false, hint }: { mutates?: boolean; hint?: string | undefined } = {},
): ServerErrorUnion | SessionExpiredError {
  if (serverCode === ErrorCode.sessionExpired || serverCode === ErrorCode.unknownSession) {
    return new SessionExpiredError('the session has expired', { path })
  }
  const known = classes.get(serverCode)
  if (known === undefined) {
    const message = `the server answered ${errorCodeName(serverCode)} (${serverCode})`
    return new UnknownServerError(serverCode, message, { path, mayHaveHappened: mutates })
  }
  const [ErrorClass, meaning] = known
  const message = hint === undefined ? meaning : `${meaning} (${hint})`
  const mayHaveHappened = mutates && unknownOutcomes.has(serverCode)
  return new ErrorClass(serverCode, message, { path, mayHaveHappened })
}
