import { readdirSync, readFileSync } from 'node:fs'

/** Pids of the processes whose command line names this folder, and of all their descendants. */
export function pidsBelow(folder: string): number[] {
  return withDescendants((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder))
}

/** A process, and all its descendants. */
export function pidsOf(process: number): number[] {
  return withDescendants((pid) => pid === process)
}

function withDescendants(isOne: (pid: number) => boolean): number[] {
  const parents = new Map<number, number>()
  const found = new Set<number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const pid = Number(name)
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
      if (isOne(pid)) found.add(pid)
    } catch {
      // It ended while we read.
    }
  }
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent !== undefined && (found.has(parent) || isBelow(parent))
  }
  return [...parents.keys()].filter((pid) => found.has(pid) || isBelow(pid))
}
