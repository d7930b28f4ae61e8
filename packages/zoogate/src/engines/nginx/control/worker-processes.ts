import { readFile } from 'node:fs/promises'

/**
 * The worker processes of a master that take connections, told by the titles that nginx gives them:
 * one that was told to quit calls itself "worker process is shutting down", and closes its listeners
 * in the same breath. Undefined where the host does not tell (no Linux, or a kernel without
 * CONFIG_PROC_CHILDREN).
 */
export async function acceptingWorkers(
  masterPid: number,
): Promise<ReadonlySet<number> | undefined> {
  const children = await readText(`/proc/${masterPid}/task/${masterPid}/children`)
  if (children === undefined) return undefined
  const pids = children.split(' ').filter(Boolean).map(Number)
  const accepting = await Promise.all(pids.map(isAccepting))
  return new Set(pids.filter((_, index) => accepting[index]))
}

/** A process that is gone, or was not given a title yet, is none. */
async function isAccepting(pid: number): Promise<boolean> {
  const title = (await readText(`/proc/${pid}/cmdline`)) ?? ''
  return title.startsWith('nginx: worker process') && !title.includes('shutting down')
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}
