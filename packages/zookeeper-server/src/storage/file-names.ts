const DIGITS = 16

/** Numbers in names have sixteen hexadecimal digits, so that names sort as numbers do. */
function numbered(prefix: string, zxid: bigint): string {
  return `${prefix}.${zxid.toString(16).padStart(DIGITS, '0')}`
}

function parse(prefix: string, name: string): bigint | undefined {
  const match = new RegExp(`^${prefix}\\.([0-9a-f]{${DIGITS}})$`).exec(name)
  return match?.[1] === undefined ? undefined : BigInt(`0x${match[1]}`)
}

/** The log that begins with transaction `zxid`. */
export const logName = (zxid: bigint): string => numbered('log', zxid)
export const logZxid = (name: string): bigint | undefined => parse('log', name)

/** The snapshot of the state after transaction `zxid`. */
export const snapshotName = (zxid: bigint): string => numbered('snapshot', zxid)
export const snapshotZxid = (name: string): bigint | undefined => parse('snapshot', name)

/** What a file is called until it is whole. */
export const unfinished = (name: string): string => `${name}.unfinished`
export const isUnfinished = (name: string): boolean => name.endsWith('.unfinished')
