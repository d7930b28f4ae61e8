import { createSocket } from 'node:dgram'
import { isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/**
 * The address by which this host reaches ZooKeeper, which is where others most likely reach it:
 * 127.0.0.1 when ZooKeeper is on loopback. The kernel's routing table says it when a UDP socket is
 * connected; no packet is sent. Without a route: the first address that is not loopback, else
 * 127.0.0.1.
 *
 * @param connectString `host:port,host:port/chroot`; the first host counts.
 */
export async function ownAddress(connectString: string): Promise<string> {
  const routed = await addressTowards(firstHost(connectString))
  return routed ?? firstExternalAddress() ?? '127.0.0.1'
}

/** The host of the first member of a connect string, without brackets and port. */
export function firstHost(connectString: string): string {
  const member = connectString.split('/')[0]?.split(',')[0] ?? ''
  const bracketed = /^\[([^\]]*)\]/.exec(member)
  return bracketed?.[1] ?? member.replace(/:\d*$/, '')
}

/** The port does not matter for the route; `discard` (RFC 863) would do no harm. */
const DISCARD_PORT = 9

function addressTowards(host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
    const finish = (address: string | undefined) => {
      socket.close()
      resolve(address)
    }
    socket.on('error', () => finish(undefined))
    socket.on('connect', () => finish(socket.address().address))
    socket.connect(DISCARD_PORT, host)
  })
}

function firstExternalAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter((each) => !each.internal && !each.address.startsWith('fe80:'))
    .map((each) => each.address)
  return addresses.find((address) => isIPv4(address)) ?? addresses[0]
}
