import { readFileSync } from 'node:fs'

/** One for the client, one for the endpoint. */
const DESCRIPTORS_PER_CONNECTION = 2

/** Listeners, logs, health checks, sockets of its own. */
const DESCRIPTORS_ASIDE = 200

/** CAP_SYS_RESOURCE (capabilities(7)) may go above the hard limit. */
const CAP_SYS_RESOURCE = 1n << 24n

/**
 * Whether an engine started from here can have the file descriptors that so many connections take:
 * a sentence for people where it cannot. Engines then serve fewer, or refuse to start.
 */
export function descriptorShortage(maxConnections: number): string | undefined {
  const needed = maxConnections * DESCRIPTORS_PER_CONNECTION + DESCRIPTORS_ASIDE
  const limit = descriptorLimit()
  if (limit === undefined || needed <= limit) return undefined
  return `${maxConnections} connections take about ${needed} file descriptors, and a process may have ${limit} here: raise the limit (LimitNOFILE, ulimit -Hn) or lower spec.concurrency.maxConnections`
}

function descriptorLimit(): number | undefined {
  try {
    const capabilities = readFileSync('/proc/self/status', 'utf8').match(/^CapEff:\s+([0-9a-f]+)/m)
    const mayExceed = (BigInt(`0x${capabilities?.[1] ?? '0'}`) & CAP_SYS_RESOURCE) !== 0n
    if (mayExceed) return Number(readFileSync('/proc/sys/fs/nr_open', 'utf8'))
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const hard = limits.match(/^Max open files\s+\S+\s+(\d+)/m)?.[1]
    return hard === undefined ? undefined : Number(hard)
  } catch {
    return undefined
  }
}
