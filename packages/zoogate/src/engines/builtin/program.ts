import { readFileSync } from 'node:fs'
import { packageFile, programFile } from '../../package/files.ts'
import type { Detection, EnginePaths, EngineProgram } from '../engine.ts'

/** Requests under way get so much time at a stop, in milliseconds. The worker takes a little less. */
const STOP_TIMEOUT_MS = 15_000

export function program(paths: EnginePaths): EngineProgram {
  return {
    command: process.execPath,
    // The folder is for people who look at a list of processes.
    args: [programFile('builtin-worker'), paths.folder],
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
    listeners: 'inherit',
  }
}

/** It came with us. */
export async function detect(): Promise<Detection> {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  return { installed: true, version: String(version) }
}
