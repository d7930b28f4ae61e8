import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { DiagnosticsChannelName, DiagnosticsMessages } from './messages.ts'

/** One channel, with the type of its messages. */
interface TypedChannel<Name extends DiagnosticsChannelName> {
  /** Ask before a message is made: it then costs nothing while nobody listens. */
  readonly hasSubscribers: boolean
  publish(message: DiagnosticsMessages[Name]): void
}

function typed<Name extends DiagnosticsChannelName>(name: Name): TypedChannel<Name> {
  return channel(name)
}

/** The channels of `node:diagnostics_channel` that all clients of the process publish on. */
export const channels = {
  connectStart: typed('zookeeper:connect:start'),
  connectEnd: typed('zookeeper:connect:end'),
  connectionClosed: typed('zookeeper:connection:closed'),
  state: typed('zookeeper:state'),
  requestSent: typed('zookeeper:request:sent'),
  requestAnswered: typed('zookeeper:request:answered'),
  requestFailed: typed('zookeeper:request:failed'),
  watchArmed: typed('zookeeper:watch:armed'),
  watchEvent: typed('zookeeper:watch:event'),
  watchesRestored: typed('zookeeper:watches:restored'),
  ping: typed('zookeeper:ping'),
}

/**
 * `diagnostics_channel.subscribe` with the type of the channel's messages: calls the listener, in the middle of the client's work,
 * until the returned function is called. Be quick, and call no client from it. What it throws becomes an uncaught exception.
 */
export function subscribeDiagnostics<Name extends DiagnosticsChannelName>(
  name: Name,
  listener: (message: DiagnosticsMessages[Name]) => void,
): () => void {
  const onMessage = (message: unknown) => listener(message as DiagnosticsMessages[Name])
  subscribe(name, onMessage)
  return () => unsubscribe(name, onMessage)
}
