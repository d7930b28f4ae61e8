import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { RequestSpec } from '../request-schema.ts'

export interface Target {
  readonly port: number
  /** Whether TLS is spoken. */
  readonly tls: boolean
}

/** A certificate that is shown, PEM. */
export interface ShownCertificate {
  readonly cert: string
  readonly key: string
}

const CONNECT_TIMEOUT_MS = 10_000

/** A connection that is open, with whatever comes before HTTP. */
export async function openConnection(
  target: Target,
  request: RequestSpec,
  host: string,
  shown?: ShownCertificate,
): Promise<Socket | TLSSocket> {
  const socket = await opened(connect(target.port, '127.0.0.1'), 'connect')
  if (request.proxyProtocol !== undefined) {
    socket.write(proxyHeader(request.proxyProtocol, socket, target.port))
  }
  if (!target.tls) return socket
  const { tls } = request
  const options: ConnectionOptions = {
    socket,
    servername: tls?.serverName ?? host.replace(/:[0-9]+$/, ''),
    // What is shown is looked at by the case, not trusted.
    rejectUnauthorized: false,
    ALPNProtocols: request.http2 === true ? ['h2'] : ['http/1.1'],
    ...(tls?.maxVersion === undefined ? {} : { maxVersion: `TLSv${tls.maxVersion}` as const }),
    ...(shown ?? {}),
  }
  return opened(connectTls(options), 'secureConnect')
}

function opened<T extends Socket>(socket: T, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`not connected within ${CONNECT_TIMEOUT_MS} ms`))
    }, CONNECT_TIMEOUT_MS)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the connection was closed')))
    socket.once(event, () => {
      clearTimeout(timer)
      socket.removeAllListeners('close')
      socket.removeListener('error', reject)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const VERSION_2_PROXY = 0x21
const TCP_OVER_IPV4 = 0x11

/** https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, §2.1 and §2.2. */
function proxyHeader(
  { version, source }: NonNullable<RequestSpec['proxyProtocol']>,
  { localPort = 0 }: Socket,
  port: number,
): Buffer {
  if (version === 1) return Buffer.from(`PROXY TCP4 ${source} 127.0.0.1 ${localPort} ${port}\r\n`)
  const address = Buffer.alloc(12)
  Buffer.from(source.split('.').map(Number)).copy(address, 0)
  Buffer.from([127, 0, 0, 1]).copy(address, 4)
  address.writeUInt16BE(localPort, 8)
  address.writeUInt16BE(port, 10)
  const head = Buffer.from([VERSION_2_PROXY, TCP_OVER_IPV4, 0, address.length])
  return Buffer.concat([SIGNATURE, head, address])
}
