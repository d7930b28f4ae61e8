import { decodeConnectResponse, JuteReader } from '@zoogate/zookeeper/protocol'
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.ts'
import type { Cluster } from './cluster.ts'

/** The way of one client to one member. */
export interface Link {
  readonly client: number
  readonly member: number
  readonly proxy: TcpProxy
}

/** Each client reaches each member by a link of its own, so that one of them can break alone. */
export interface Network extends AsyncDisposable {
  readonly links: readonly Link[]
  /** What a client connects to. */
  connectString(client: number): string
  /** What the servers said at handshakes: the passwords of sessions, which nobody else is told. */
  passwordOf(sessionId: bigint): Buffer | undefined
}

const LENGTH_BYTES = 4

export async function startNetwork(cluster: Cluster, clients: number): Promise<Network> {
  const passwords = new Map<bigint, Buffer>()
  const onGreeting = (bytes: Buffer) => {
    const { sessionId, password } = decodeConnectResponse(new JuteReader(bytes, LENGTH_BYTES))
    passwords.set(sessionId, password)
  }
  const links: Link[] = []
  for (let client = 0; client < clients; client++) {
    for (const [member, { port }] of cluster.members.entries()) {
      links.push({ client, member, proxy: await startTcpProxy({ port, onGreeting }) })
    }
  }
  return {
    links,
    connectString: (client) =>
      links
        .filter((link) => link.client === client)
        .map(({ proxy }) => proxy.connectString)
        .join(','),
    passwordOf: (sessionId) => passwords.get(sessionId),
    async [Symbol.asyncDispose]() {
      await Promise.all(links.map(({ proxy }) => proxy[Symbol.asyncDispose]()))
    },
  }
}
