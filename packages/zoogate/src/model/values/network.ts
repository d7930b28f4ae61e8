import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * A network in the one way that it is written in the view: `10.0.0.0/8`, `2001:db8::/32`; of a single
 * address `10.0.0.7/32`; of IPv4 that is written as IPv6 (`::ffff:10.0.0.7`, RFC 4291 §2.5.5.2) the IPv4 one, which
 * is how clients are seen. Undefined: the text is none, or has bits behind its prefix (`10.0.0.7/8`), which engines
 * read in different ways.
 */
export function parseNetwork(text: string): string | undefined {
  const [, written = '', length] = /^([0-9A-Fa-f:.]{2,45})(?:\/([0-9]{1,3}))?$/.exec(text) ?? []
  const family = isIP(written)
  if (family === 0) return undefined
  const mapped = family === 6 ? mappedIPv4(written) : undefined
  if (mapped !== undefined) {
    const inIPv4 = length === undefined ? 32 : Number(length) - MAPPED_BITS
    return inIPv4 < 0 ? undefined : parseNetwork(`${mapped}/${inIPv4}`)
  }
  const Address = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6
  const bits = family === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (prefix > bits) return undefined
  const address = Address.parse(written).toString()
  const network = Address.networkAddressFromCIDR(`${address}/${prefix}`).toString()
  return network === address ? `${network}/${prefix}` : undefined
}

/** Of the prefix of all IPv4 addresses that are written as IPv6. */
const MAPPED_BITS = 96

function mappedIPv4(text: string): string | undefined {
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : undefined
}
