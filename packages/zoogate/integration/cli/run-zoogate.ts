import { execFile } from 'node:child_process'
import { programFile } from '../../src/package/files.ts'

/** The built command line. */
const MAIN = programFile('zoogate')

export interface Result {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly environment?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs `zoogate` as a process of its own, with nothing of our own surroundings. */
export function runZoogate(args: readonly string[], options: RunOptions): Promise<Result> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: options.cwd, ...options.environment }
    const child = execFile(
      process.execPath,
      [MAIN, ...args],
      { cwd: options.cwd, env, timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
    child.stdin?.end(options.input ?? '')
  })
}
