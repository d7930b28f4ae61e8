import type { Server } from 'node:net'
import { systemErrorCode, ZooKeeperServerError } from '../zookeeper-server-error.ts'

/** Makes a server listen. Returns its port. Throws `ZK_SERVER_PORT_IN_USE` or `ZK_SERVER_LISTEN_FAILED`. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  } catch (cause) {
    const inUse = systemErrorCode(cause) === 'EADDRINUSE'
    throw new ZooKeeperServerError(
      inUse ? 'ZK_SERVER_PORT_IN_USE' : 'ZK_SERVER_LISTEN_FAILED',
      inUse
        ? `port ${port} on ${host} is in use`
        : `cannot listen on ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : port
}
