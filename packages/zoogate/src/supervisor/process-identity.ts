import { readFileSync } from 'node:fs'

/** A process, told from any later one that gets the same pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** Field 22 of `/proc/<pid>/stat`: clock ticks between the machine's boot and the process's start. */
  readonly startTicks: string
}

/** Undefined: there is no such process, or it is a zombie that only waits to be forgotten. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  return identityFromStat(pid, stat)
}

/** The program's name stands in brackets and may hold anything, brackets too (proc(5)). */
export function identityFromStat(pid: number, stat: string): ProcessIdentity | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const startTicks = fields[19]
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined
  return { pid, startTicks }
}

/** Does exactly this process still run? */
export function isRunning(identity: ProcessIdentity): boolean {
  return processIdentity(identity.pid)?.startTicks === identity.startTicks
}

/** Another text for another process, even with the same pid. */
export function startIdOf(identity: ProcessIdentity): string {
  return `${identity.pid}-${identity.startTicks}`
}

/** Signals a process. A process that has gone is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): 'sent' | 'gone' {
  try {
    process.kill(pid, signal)
    return 'sent'
  } catch {
    return 'gone'
  }
}

/** Signals what a process that led its own group has left behind. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals): 'sent' | 'gone' {
  return signalProcess(-leaderPid, signal)
}
