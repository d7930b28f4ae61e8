export * from './client/index.ts'
export type { CallOptions } from './connection/call.ts'
export { type Clock, systemClock, type Timer } from './connection/clock.ts'
export type { TlsOptions, TlsSource } from './connection/tls-options.ts'
export { subscribeDiagnostics } from './diagnostics/channels.ts'
export type { LatencyStats } from './diagnostics/latency-histogram.ts'
export type {
  DiagnosticsChannelName,
  DiagnosticsMessages,
  RequestMessage,
} from './diagnostics/messages.ts'
export type { RequestStats } from './diagnostics/request-counts.ts'
export * from './errors/index.ts'
export type { CreateMode, PlainMode, TTLMode } from './protocol/create-flags.ts'
export type { ClientInfo } from './protocol/operations/who-am-i.ts'
export { isWithin, joinPath, nodeName, parentPath, pathProblem } from './protocol/path.ts'
export {
  type Acl,
  type AclId,
  ANYONE_ID_UNSAFE,
  AUTH_IDS,
  CREATOR_ALL_ACL,
  OPEN_ACL_UNSAFE,
  Perms,
  READ_ACL_UNSAFE,
} from './protocol/records/acl.ts'
export {
  digestAcl,
  generateDigest,
  ipAcl,
  saslAcl,
  worldAcl,
  x509Acl,
} from './protocol/records/make-acl.ts'
export type { Stat } from './protocol/records/stat.ts'
export * from './recipes/index.ts'
export type { DigestMd5Options } from './sasl/digest-md5/digest-md5.ts'
export type {
  SaslExchange,
  SaslMechanism,
  SaslServer,
  SaslStep,
} from './sasl/sasl-mechanism.ts'
export type { BackOffOptions } from './session/back-off.ts'
export type { Resolve } from './session/host-list.ts'
export type { Credential } from './session/restore.ts'
export type { SessionIdentity } from './session/session-memory.ts'
export type { CloseOptions } from './session/session-options.ts'
export type { SessionState, StateListener } from './session/session-state.ts'
export type {
  NodeEvent,
  NodeEventType,
  PersistentWatchEvent,
  PersistentWatchMode,
  WatchEvent,
} from './session/watch-event.ts'
export type { WatchCounts, WatchListener } from './session/watch-registry.ts'
