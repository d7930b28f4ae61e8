import {
  type DiagnosticsChannelName,
  type DiagnosticsMessages,
  subscribeDiagnostics,
} from '../../src/index.ts'

/** A message with the channel that it came on. */
export type Recorded = {
  [Name in DiagnosticsChannelName]: { readonly channel: Name } & DiagnosticsMessages[Name]
}[DiagnosticsChannelName]

const names: readonly DiagnosticsChannelName[] = [
  'zookeeper:connect:start',
  'zookeeper:connect:end',
  'zookeeper:connection:closed',
  'zookeeper:state',
  'zookeeper:request:sent',
  'zookeeper:request:answered',
  'zookeeper:request:failed',
  'zookeeper:watch:armed',
  'zookeeper:watch:event',
  'zookeeper:watches:restored',
  'zookeeper:ping',
]

/** Everything that one client tells the channels, in order, until disposed of. */
export function recordDiagnostics(client: string): { readonly messages: Recorded[] } & Disposable {
  const messages: Recorded[] = []
  const ends = names.map((channel) =>
    subscribeDiagnostics(channel, (message) => {
      if (message.client === client) messages.push({ channel, ...message } as Recorded)
    }),
  )
  return {
    messages,
    [Symbol.dispose]() {
      for (const end of ends) end()
    },
  }
}

/** The channels of messages, without the prefix that all have, and what tells one message from another. */
export function summary(messages: readonly Recorded[]): string[] {
  return messages.map((message) => {
    const channel = message.channel.slice('zookeeper:'.length)
    if ('operation' in message)
      return `${channel} ${message.operation} ${message.path ?? ''}`.trim()
    if ('state' in message) return `${channel} ${message.state}`
    return 'path' in message ? `${channel} ${message.path}` : channel
  })
}
