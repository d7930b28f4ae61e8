import ipaddr from 'ipaddr.js'

/** Tells why an instance may not be reached at an address; undefined: it may. */
export type AddressRules = (address: string) => string | undefined

/** Kinds of addresses, as ipaddr.js names them, that no instance can be at, or only this host's own. */
const REFUSED_KINDS = new Map<string, string>([
  ['unspecified', 'is not an address to connect to'],
  ['loopback', 'is a loopback address'],
  ['linkLocal', 'is a link-local address'],
  ['multicast', 'is a multicast address'],
  ['broadcast', 'is a broadcast address'],
])

/**
 * Who may register an instance must not gain a way to the host's own ports, or to its cloud's
 * metadata service: by default everything but loopback, link-local, multicast and the like is
 * allowed.
 * @param allow networks such as `10.0.0.0/8` or `127.0.0.1`; if given, nothing else is allowed
 * @throws Error where one is not a network
 */
export function addressRules(allow?: readonly string[]): AddressRules {
  const networks = allow?.map(parseNetwork)
  return (text) => {
    if (!ipaddr.isValid(text)) return 'is not an IP address'
    // An IPv4 address in IPv6's clothes is judged as what it reaches.
    const address = ipaddr.process(text)
    if (networks !== undefined) {
      const allowed = networks.some(
        ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
      )
      return allowed ? undefined : 'is not within discovery.allowAddresses'
    }
    return REFUSED_KINDS.get(address.range())
  }
}

function parseNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (text.includes('/')) return ipaddr.parseCIDR(text)
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
