import { BlockList, isIP } from 'node:net'

const BITS = { 4: 32, 6: 128 } as const

interface IpRange {
  readonly address: string
  readonly family: 'ipv4' | 'ipv6'
  readonly bits: number
}

function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const address = slash === -1 ? text : text.slice(0, slash)
  const version = isIP(address)
  if (version !== 4 && version !== 6) return undefined
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (slash === -1) return { address, family, bits: BITS[version] }
  const suffix = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(suffix) || Number(suffix) > BITS[version]) return undefined
  return { address, family, bits: Number(suffix) }
}

/** Whether an `ip` ACL's id is an address or a prefix of one (IPAuthenticationProvider.isValid). */
export function isIpRange(text: string): boolean {
  return parseIpRange(text) !== undefined
}

/** Whether `address` lies within `range`, as "10.0.0.0/8" (IPAuthenticationProvider.matches). */
export function ipRangeIncludes(range: string, address: string): boolean {
  const parsed = parseIpRange(range)
  const version = isIP(address)
  if (parsed === undefined || version === 0) return false
  const list = new BlockList()
  list.addSubnet(parsed.address, parsed.bits, parsed.family)
  return list.check(address, version === 4 ? 'ipv4' : 'ipv6')
}
