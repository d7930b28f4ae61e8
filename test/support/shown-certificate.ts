import { connect, type PeerCertificate } from 'node:tls'

/**
 * The certificate that a listener shows in a handshake of its own.
 * @param servername whom the client asks for. Default: nobody
 */
export function shownCertificate(port: number, servername?: string): Promise<PeerCertificate> {
  return new Promise((resolve, reject) => {
    const asked = servername === undefined ? {} : { servername }
    const options = { port, host: '127.0.0.1', rejectUnauthorized: false, ...asked }
    const socket = connect(options, () => {
      resolve(socket.getPeerCertificate())
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
