import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isRunning, processIdentity } from '../supervisor/process-identity.ts'

/**
 * Takes a lock file for this process and returns what gives it back. A lock whose process has ended,
 * or whose pid is another process by now, is taken over: it survives kill -9.
 * @throws Error naming the process that holds it
 */
export function takeFolderLock(file: string): () => void {
  const holder = readHolder(file)
  if (holder !== undefined) throw new Error(`process ${holder} runs in this folder (${file})`)
  writeFileSync(file, JSON.stringify(processIdentity(process.pid)))
  return () => rmSync(file, { force: true })
}

function readHolder(file: string): number | undefined {
  try {
    const { pid, startTicks } = JSON.parse(readFileSync(file, 'utf8'))
    const known = typeof pid === 'number' && typeof startTicks === 'string'
    return known && pid !== process.pid && isRunning({ pid, startTicks }) ? pid : undefined
  } catch {
    return undefined
  }
}
