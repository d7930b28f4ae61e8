import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * A network in the one way that it is written in the view: `10.0.0.0/8`, `2001:db8::/32`; of a single
 * address `10.0.0.7/32`. Undefined: the text is none, or has bits behind its prefix (`10.0.0.7/8`),
 * which engines read in different ways.
 */
export function parseNetwork(text: string): string | undefined {
  const [, written = '', length] = /^([0-9A-Fa-f:.]{2,45})(?:\/([0-9]{1,3}))?$/.exec(text) ?? []
  const family = isIP(written)
  if (family === 0) return undefined
  const Address = family === 4 ? ipaddr.IPv4 : ipaddr.IPv6
  const bits = family === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (prefix > bits) return undefined
  const address = Address.parse(written).toString()
  const network = Address.networkAddressFromCIDR(`${address}/${prefix}`).toString()
  return network === address ? `${network}/${prefix}` : undefined
}
