import { isIP } from 'node:net'
import { parseNetwork } from '../../model/values/network.ts'

/** What texts of a view have to be, wherever they stand: rendering does not depend on who checked before. */

const HOSTNAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const HOSTNAME_CHARACTERS_MAX = 253
const HEADER_NAME = /^[A-Za-z0-9!#%&'*+.^_`|~-]{1,128}$/
const HEADER_VALUE = /^[\x21-\x7e\x80-\uffff]([\t\x20-\x7e\x80-\uffff]*[\x21-\x7e\x80-\uffff])?$/
const RESOURCE_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/
const FILE_PATH = /^(\/[A-Za-z0-9._+@-]+)+$/

export function isHostname(name: string): boolean {
  return HOSTNAME.test(name) && name.length <= HOSTNAME_CHARACTERS_MAX
}

/** A zone (`fe80::1%eth0`) is an address for Node, and not for the engines. */
export function isAddress(address: string): boolean {
  return isIP(address) !== 0 && !address.includes('%')
}

export function isPort(port: number): boolean {
  return isWhole(port, 1, 65_535)
}

export function isDuration(ms: number): boolean {
  return isWhole(ms, 1, 86_400_000)
}

export function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

/** No half of a surrogate pair: such a string has no bytes. */
export function isText(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name)
}

/** Not empty: some engines leave out a header without a value. */
export function isHeaderValue(value: string): boolean {
  return HEADER_VALUE.test(value) && isText(value)
}

export function isResourceName(name: string): boolean {
  return RESOURCE_NAME.test(name)
}

/** An absolute path without a slash at its end and without dot segments, or `/` itself. */
export function isFilePath(path: string): boolean {
  return path.length <= 1_024 && FILE_PATH.test(path) && !/\/\.{1,2}(\/|$)/.test(path)
}

/** `10.0.0.0/8`, `fd00::/8`, or an address alone, of the family that it is written in. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text)?.includes(':') === text.includes(':')
}
